import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnnouncementStep, planAnnouncements, type Wanted } from '../../../src/sinks/home-assistant/announcement-plan.ts';
import { cameraDevice } from '../../../src/sinks/home-assistant/camera-device.ts';
import { cameraDiscoveryTopic } from '../../../src/sinks/home-assistant/device-discovery.ts';
import { Topics } from '../../../src/sinks/topics.ts';
import type { Announced } from '../../../src/store/announcement-store.ts';
import { aCamera, aRule, FACTS } from '../../helpers/discovery.ts';
import { discoveryFaults } from '../../helpers/home-assistant-schema.ts';

function wanted(id: string, rules: readonly string[], { base = 'framewatch', prefix = 'homeassistant', isAnnounced = true } = {}): Wanted {
  const facts = { ...FACTS, prefix, topics: new Topics(base) };
  const payload = cameraDevice(aCamera({ id, rules: rules.map((rule) => aRule(rule)) }), facts);
  return { name: id, topics: facts.topics.retained(id), discovery: isAnnounced ? { topic: cameraDiscoveryTopic(facts, id), payload } : null };
}

const knownAfter = (...each: readonly Wanted[]) =>
  new Map(planAnnouncements(new Map(), each).flatMap(({ name, after }) => (after ? [[name, after] as const] : [])));
const componentsOf = (step: AnnouncementStep | undefined) =>
  (step?.publish?.payload as { components: Record<string, object> } | undefined)?.components;

describe('planAnnouncements', () => {
  it('remembers a new camera before it is announced', () => {
    const [step] = planAnnouncements(new Map(), [wanted('yard', ['a'])]);
    expect(step).toMatchObject({ name: 'yard', forget: [], publish: { topic: 'homeassistant/device/framewatch_yard/config' } });
    expect(step?.before).toEqual(step?.after);
    expect(step?.before).toMatchObject({ discoveryTopic: step?.publish?.topic, components: { 'rule.a.full': 'binary_sensor' } });
  });

  it('announces what is known again, and has nothing to write down', () => {
    const camera = wanted('yard', ['a']);
    const [step] = planAnnouncements(knownAfter(camera), [camera]);
    expect(step).toMatchObject({ before: null, forget: [] });
    expect(componentsOf(step)).toEqual(camera.discovery?.payload.components);
  });

  it('takes a rule out by its platform alone, and leaves it out when that was taken', () => {
    const known = knownAfter(wanted('yard', ['a', 'b']));
    const [step] = planAnnouncements(known, [wanted('yard', ['a'])]);
    expect(componentsOf(step)?.['rule.b.full']).toEqual({ platform: 'binary_sensor' });
    expect(discoveryFaults(step?.publish?.payload)).toEqual([]);
    const next = planAnnouncements(new Map([['yard', step?.after as Announced]]), [wanted('yard', ['a'])]);
    expect(componentsOf(next[0])).not.toHaveProperty('rule.b.full');
  });

  it('empties all that is known of a camera that has left, its device first', () => {
    const steps = planAnnouncements(knownAfter(wanted('yard', []), wanted('door', [])), [wanted('door', [])]);
    expect(steps[0]).toEqual({
      ...{ name: 'yard', before: null, publish: null, after: null },
      forget: [
        'homeassistant/device/framewatch_yard/config',
        ...['availability', 'state', 'enabled', 'coverage', 'snapshot', 'strip'].map((leaf) => `framewatch/yard/${leaf}`),
      ],
    });
    expect(steps.map(({ name }) => name)).toEqual(['yard', 'door']);
  });

  it('takes back what stands under another base topic or prefix, and the device when discovery is off', () => {
    const known = knownAfter(wanted('yard', ['a']));
    const [moved] = planAnnouncements(known, [wanted('yard', ['a'], { base: 'other', prefix: 'ha' })]);
    expect(moved?.forget).toEqual(['homeassistant/device/framewatch_yard/config', ...FACTS.topics.retained('yard')]);
    const [off] = planAnnouncements(known, [wanted('yard', ['a'], { isAnnounced: false })]);
    expect(off).toMatchObject({
      publish: null,
      forget: ['homeassistant/device/framewatch_yard/config'],
      after: { discoveryTopic: null, components: {} },
    });
  });

  it('leaves nothing behind at the broker, whenever the daemon dies, for any history of configurations', () => {
    const configuration = fc.record({
      cameras: fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c'), rules: fc.subarray(['x', 'y', 'z']) }), {
        selector: ({ id }) => id,
        maxLength: 3,
      }),
      base: fc.constantFrom('framewatch', 'other'),
      prefix: fc.constantFrom('homeassistant', 'ha'),
      isAnnounced: fc.boolean(),
      // After so many of the acts below the daemon dies.
      acts: fc.integer({ min: 0, max: 60 }),
    });
    fc.assert(
      fc.property(fc.array(configuration, { minLength: 1, maxLength: 6 }), (history) => {
        const disk = new Map<string, Announced>();
        const broker = new Set<string>();
        const run = ({ cameras, acts, ...where }: (typeof history)[number], limit: number) => {
          const known = new Map(disk);
          const all = cameras.map(({ id, rules }) => wanted(id, rules, where));
          let left = limit;
          const act = (work: () => unknown) => {
            if (left > 0) work();
            left -= 1;
          };
          for (const { name, before, publish, forget, after } of planAnnouncements(known, all)) {
            if (before) act(() => disk.set(name, before));
            const written = all.find((each) => each.name === name)?.topics ?? [];
            for (const topic of [...written, ...(publish ? [publish.topic] : [])]) act(() => broker.add(topic));
            for (const topic of forget) act(() => broker.delete(topic));
            act(() => (after === null ? disk.delete(name) : disk.set(name, after)));
          }
          return all;
        };
        for (const each of history) {
          run(each, each.acts);
          const remembered = new Set([...disk.values()].flatMap(({ topics, discoveryTopic }) => [...topics, discoveryTopic]));
          expect([...broker].filter((topic) => !remembered.has(topic))).toEqual([]);
        }
        const last = history.at(-1);
        if (!last) return;
        const all = run(last, Number.POSITIVE_INFINITY);
        const expected = all.flatMap(({ topics, discovery }) => [...topics, ...(discovery ? [discovery.topic] : [])]);
        expect([...broker].sort()).toEqual([...expected].sort());
      }),
      { numRuns: 300 },
    );
  });
});
