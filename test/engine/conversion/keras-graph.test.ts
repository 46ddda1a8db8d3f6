import { describe, expect, it } from 'vitest';
import { PASS, readKerasGraph } from '../../../src/engine/conversion/keras-graph.ts';

const layer = (name: string, className: string, feeds: readonly string[], config: object = {}) => ({
  name,
  class_name: className,
  config: { name, ...config },
  inbound_nodes: feeds.length === 0 ? [] : [feeds.map((feed) => [feed, 0, 0, {}])],
});
const input = layer('in', 'InputLayer', [], { batch_input_shape: [null, 8, 6, 3] });
const model = (...layers: readonly object[]) => ({ model_config: { class_name: 'Model', config: { layers } } });

/** A model of one layer `a` inside of `m`. */
const inner = (outputs: readonly (readonly [string, number, number])[]) =>
  layer('m', 'Functional', ['in'], {
    layers: [layer('in2', 'InputLayer', [], { batch_input_shape: [null, 8, 6, 3] }), layer('a', 'ReLU', ['in2'])],
    output_layers: outputs,
  });

describe('readKerasGraph', () => {
  it('puts each layer behind those that feed it, whatever the order of the file', () => {
    const graph = readKerasGraph(model(layer('c', 'Add', ['a', 'b']), layer('b', 'ReLU', ['a']), input, layer('a', 'ReLU', ['in'])));
    expect(graph.layers.map(({ name }) => name)).toEqual(['in', 'a', 'b', 'c']);
    expect(graph.layers.at(-1)?.inputs).toEqual(['a', 'b']);
    expect(graph.inputShape).toEqual([8, 6, 3]);
  });

  it('chains a Sequential model and gives it an input', () => {
    const first = { class_name: 'Conv2D', config: { name: 'first', batch_input_shape: [null, 8, 6, 3] } };
    const graph = readKerasGraph({ class_name: 'Sequential', config: [first, { class_name: 'Flatten', config: { name: 'second' } }] });
    expect(graph.layers.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['first_input', []],
      ['first', ['first_input']],
      ['second', ['first']],
    ]);
  });

  it('lays nested models open, and keeps the names by which their weights are stored', () => {
    const behind = layer('b', 'ReLU', ['m']);
    const graph = readKerasGraph({
      model_config: { class_name: 'Functional', config: { layers: [behind, inner([['a', 0, 0]]), input], output_layers: [['b', 0, 0]] } },
    });
    expect(graph.layers.map(({ name, ownName, className, inputs }) => [name, ownName, className, inputs])).toEqual([
      ['in', 'in', 'InputLayer', []],
      ['m/in2', 'in2', PASS, ['in']],
      ['m/a', 'a', 'ReLU', ['m/in2']],
      ['m', 'm', PASS, ['m/a']],
      ['b', 'b', 'ReLU', ['m']],
    ]);
    expect(graph.outputs).toEqual(['b']);
  });

  it('takes the input of a Sequential model from the model that it begins with, of any size', () => {
    const free = layer('in2', 'InputLayer', [], { batch_input_shape: [null, null, null, 3] });
    const base = { class_name: 'Model', config: { name: 'base', layers: [free, layer('a', 'ReLU', ['in2'])], output_layers: [['a', 0, 0]] } };
    const graph = readKerasGraph({ class_name: 'Sequential', config: { layers: [base, { class_name: 'Flatten', config: { name: 'flat' } }] } });
    expect(graph.layers.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['base/in2', []],
      ['base/a', ['base/in2']],
      ['base', ['base/a']],
      ['flat', ['base']],
    ]);
    expect(graph.inputShape).toEqual([null, null, 3]);
    expect(graph.outputs).toEqual(['flat']);
  });

  it.each([
    ['a loop', model(input, layer('a', 'ReLU', ['b']), layer('b', 'ReLU', ['a'])), /feeds itself/],
    ['a feed that does not exist', model(input, layer('a', 'ReLU', ['x'])), /fed by x, which does not exist/],
    ['two inputs', model(input, { ...input, name: 'other' }), /2 inputs/],
    ['a shared layer', model(input, { ...layer('a', 'ReLU', ['in']), inbound_nodes: [[['in', 0, 0, {}]], [['in', 0, 0, {}]]] }), /used 2 times/],
    ['an input that is no picture', model(layer('in', 'InputLayer', [], { batch_input_shape: [null, 100] })), /height, width, channels/],
    [
      'wiring of Keras 3',
      model(input, { ...layer('a', 'ReLU', ['in']), inbound_nodes: [{ args: [], kwargs: {} }] }),
      /layer a is wired in the form of Keras 3/,
    ],
    ['a nested model with two inputs', model(input, layer('m', 'Functional', ['in', 'in'], { layers: [] })), /nested model m has 2 inputs/],
    [
      'a nested model with two outputs',
      model(
        input,
        inner([
          ['a', 0, 0],
          ['in2', 0, 0],
        ]),
      ),
      /nested model m has 2 outputs/,
    ],
    ['something else', { class_name: 'Pipeline', config: {} }, /class_name is Pipeline/],
  ])('refuses %s', (_, topology, message) => {
    expect(() => readKerasGraph(topology)).toThrow(message);
  });
});
