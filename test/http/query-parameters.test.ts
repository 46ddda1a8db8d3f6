import { describe, expect, it } from 'vitest';
import { readCameraId, readParameters, readTime } from '../../src/http/query-parameters.ts';

const READERS = new Map([
  ['camera', readCameraId],
  ['since', readTime],
  ['until', readTime],
]);
const read = (query: string) => readParameters(new URLSearchParams(query), READERS);

describe('readParameters', () => {
  it('gives what it understands, in one form', () => {
    expect(read('camera=door&since=2026-11-22&until=2026-11-22T08:00%2B01:00')).toEqual({
      fields: { camera: 'door', since: '2026-11-22T00:00:00.000Z', until: '2026-11-22T07:00:00.000Z' },
      problems: [],
    });
  });

  it('names everything that is wrong at once', () => {
    const { problems } = read('camera=a%20b&since=2026-02-30&since=2026-11-22&what=1');
    expect(problems.map(({ parameter }) => parameter)).toEqual(['camera', 'since', 'what']);
    expect(read('since=2026-11-23&until=2026-11-23').problems).toEqual([{ parameter: 'until', message: 'must be later than since' }]);
  });
});
