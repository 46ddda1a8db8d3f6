import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesFilter } from '../../src/sinks/topic-filter.ts';
import { Topics } from '../../src/sinks/topics.ts';

const camera = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/);
const base = fc.array(fc.stringMatching(/^[a-z0-9]{1,8}$/), { minLength: 1, maxLength: 3 }).map((levels) => levels.join('/'));

describe('Topics', () => {
  it('names what the contract names', () => {
    const topics = new Topics('framewatch');
    expect([topics.status, topics.stats]).toEqual(['framewatch/status', 'framewatch/stats']);
    expect(perCamera(topics, 'front_door')).toEqual([
      'framewatch/front_door/availability',
      'framewatch/front_door/state',
      'framewatch/front_door/event',
      'framewatch/front_door/classification',
      'framewatch/front_door/snapshot',
      'framewatch/front_door/strip',
      'framewatch/front_door/enabled',
      'framewatch/front_door/coverage',
      'framewatch/front_door/set/enabled',
    ]);
  });

  it('gives topics that may be published to, each to one thing of one camera', () => {
    fc.assert(
      fc.property(base, fc.uniqueArray(camera, { minLength: 2, maxLength: 5, selector: (id) => id.toLowerCase() }), (prefix, cameras) => {
        const topics = new Topics(prefix);
        const all = cameras.flatMap((id) => perCamera(topics, id));
        expect(new Set(all).size).toBe(all.length);
        for (const topic of all) {
          expect(topic.startsWith(`${prefix}/`)).toBe(true);
          expect(topic).not.toMatch(/[+#\0]|\/\/|^\/|\/$|^\$/);
        }
      }),
    );
  });

  it('finds the camera of a command again', () => {
    fc.assert(
      fc.property(base, camera, (prefix, id) => {
        const topics = new Topics(prefix);
        expect(matchesFilter(topics.everySetEnabled, topics.setEnabled(id))).toBe(true);
        expect(topics.cameraOf(topics.setEnabled(id))).toBe(id);
      }),
    );
  });

  it('drops slashes at the ends of the base topic', () => {
    expect(new Topics('/home/framewatch/').status).toBe('home/framewatch/status');
  });
});

function perCamera(topics: Topics, id: string): string[] {
  return [
    topics.availability(id),
    topics.state(id),
    topics.event(id),
    topics.classification(id),
    topics.snapshot(id),
    topics.strip(id),
    topics.enabled(id),
    topics.coverage(id),
    topics.setEnabled(id),
  ];
}
