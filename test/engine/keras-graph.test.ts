import { describe, expect, it } from 'vitest';
import { LayerConfig, readKerasGraph } from '../../src/engine/keras-graph.ts';

const layer = (name: string, className: string, feeds: readonly string[], config: object = {}) => ({
  name,
  class_name: className,
  config: { name, ...config },
  inbound_nodes: feeds.length === 0 ? [] : [feeds.map((feed) => [feed, 0, 0, {}])],
});
const input = layer('in', 'InputLayer', [], { batch_input_shape: [null, 8, 6, 3] });
const model = (...layers: readonly object[]) => ({ model_config: { class_name: 'Model', config: { layers } } });

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

  it.each([
    ['a loop', model(input, layer('a', 'ReLU', ['b']), layer('b', 'ReLU', ['a'])), /feeds itself/],
    ['a feed that does not exist', model(input, layer('a', 'ReLU', ['x'])), /fed by x, which does not exist/],
    ['two inputs', model(input, { ...input, name: 'other' }), /2 inputs/],
    ['a shared layer', model(input, { ...layer('a', 'ReLU', ['in']), inbound_nodes: [[['in', 0, 0, {}]], [['in', 0, 0, {}]]] }), /used 2 times/],
    ['an input of free size', model(layer('in', 'InputLayer', [], { batch_input_shape: [null, null, null, 3] })), /height, width, channels/],
    ['something else', { class_name: 'Pipeline', config: {} }, /class_name is Pipeline/],
  ])('refuses %s', (_, topology, message) => {
    expect(() => readKerasGraph(topology)).toThrow(message);
  });
});

describe('LayerConfig', () => {
  const config = new LayerConfig('conv', { strides: 2, padding: 7, pool_size: [3, 4] });

  it('takes one number for a height and a width', () => {
    expect(config.pair('strides')).toEqual([2, 2]);
    expect(config.pair('pool_size')).toEqual([3, 4]);
    expect(config.pair('dilation_rate', [1, 1])).toEqual([1, 1]);
  });

  it('names layer and key of what is wrong', () => {
    expect(() => config.text('padding')).toThrow('layer conv: padding is 7; a text was expected');
    expect(() => config.number('absent')).toThrow('layer conv: absent is undefined; a number was expected');
  });
});
