import { describe, expect, it } from 'vitest';
import { matchesFilter } from '../../src/sinks/topic-filter.ts';

describe('matchesFilter', () => {
  it.each([
    ['framewatch/+/set/enabled', 'framewatch/yard/set/enabled', true],
    ['framewatch/+/set/enabled', 'framewatch/yard/enabled', false],
    ['framewatch/+/set/enabled', 'framewatch/a/b/set/enabled', false],
    ['framewatch/+/set/enabled', 'framewatch/yard/set/enabled/more', false],
    ['homeassistant/status', 'homeassistant/status', true],
    ['homeassistant/status', 'homeassistant/status/', false],
    ['a/#', 'a/b/c', true],
    ['a/#', 'a', true],
    ['a/#', 'b/c', false],
    ['#', '$SYS/broker', false],
    ['+/broker', '$SYS/broker', false],
    ['+', '', true],
  ])('%s and %s: %s', (filter, topic, matches) => {
    expect(matchesFilter(filter, topic)).toBe(matches);
  });
});
