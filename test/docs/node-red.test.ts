import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Topics } from '../../src/sinks/topics.ts';
import { documentBlocks } from '../helpers/document.ts';
import { sequencedEvent } from '../helpers/label-events.ts';

interface Node {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly broker?: string;
  readonly topic?: string;
  readonly wires?: readonly (readonly string[])[];
  readonly outputs?: number;
  readonly func?: string;
  readonly retain?: string;
  readonly qos?: string;
}

const flow = JSON.parse(documentBlocks('docs/node-red.md', 'json')[0] ?? '[]') as Node[];
const byId = new Map(flow.map((node) => [node.id, node]));
const of = (type: string) => flow.filter((node) => node.type === type);

/** What is wrong with a flow that would not show when it is imported. */
function faults(nodes: readonly Node[]): readonly string[] {
  const ids = nodes.map(({ id }) => id);
  const type = (id: string | undefined) => nodes.find((node) => node.id === id)?.type;
  return [
    ...ids.filter((id, index) => ids.indexOf(id) < index).map((id) => `${id} is there twice`),
    ...nodes.flatMap(({ id, wires = [] }) =>
      wires
        .flat()
        .filter((to) => !ids.includes(to))
        .map((to) => `${id} leads to ${to}, which is not there`),
    ),
    ...nodes.filter(({ z }) => z !== undefined && type(z) !== 'tab').map(({ id }) => `${id} lies on no tab`),
    ...nodes.filter(({ type: of, broker }) => of.startsWith('mqtt ') && type(broker) !== 'mqtt-broker').map(({ id }) => `${id} has no broker`),
    ...nodes
      .filter(({ outputs, wires = [] }) => outputs !== undefined && outputs !== wires.length)
      .map(({ id }) => `${id} has another number of wires`),
  ];
}

describe('the flow in docs/node-red.md', () => {
  it('is whole: every wire leads to a node that is there', () => {
    expect(flow.length).toBeGreaterThan(8);
    expect(faults(flow)).toEqual([]);
    const wired = new Set(flow.flatMap(({ wires = [] }) => wires.flat()));
    const sources = ['tab', 'mqtt-broker', 'mqtt in', 'inject'];
    expect(flow.filter(({ id, type }) => !sources.includes(type) && !wired.has(id))).toEqual([]);
  });

  it('would be caught with a wire into nothing, a broker that is gone, or an id twice', () => {
    const without = (id: string) => flow.filter((node) => node.id !== id);
    expect(faults(without('fw-show'))).toEqual(['fw-fresh leads to fw-show, which is not there']);
    expect(faults(without('fw-broker'))).toHaveLength(3);
    expect(faults([...flow, ...of('tab')])).toEqual(['fw-tab is there twice']);
  });

  it('uses topics of ours, and commands that are not retained', () => {
    const topics = new Topics('framewatch');
    expect(of('mqtt in').map(({ topic }) => topic)).toEqual([topics.event('+'), topics.enabled('front_door')]);
    expect(of('mqtt out')).toMatchObject([{ topic: topics.setEnabled('front_door'), retain: 'false', qos: '1' }]);
  });

  it('lets an event through that is fresh and new, and no late one, and none twice', () => {
    const memory = new Map<string, unknown>();
    const context = { get: (key: string) => memory.get(key), set: (key: string, value: unknown) => void memory.set(key, value) };
    const run = (sequence: number, ageMs: number): { topic: string } | null => {
      const msg = {
        payload: sequencedEvent(sequence, { at: new Date(Date.now() - ageMs).toISOString(), score: 0.914, camera: 'yard', rule: 'unsafe' }),
      };
      return runInNewContext(`(() => { ${byId.get('fw-fresh')?.func ?? ''} })()`, { msg, context, Date, Math }) as { topic: string } | null;
    };
    expect(run(7, 500)?.topic).toBe('yard: unsafe (91 %)');
    expect(run(7, 500)).toBeNull();
    expect(run(8, 61_000)).toBeNull();
    expect(run(9, 59_000)).not.toBeNull();
  });
});
