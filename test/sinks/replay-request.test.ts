import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_REPLAYED, parseReplayRequest } from '../../src/sinks/replay-request.ts';

const parse = (value: unknown) => parseReplayRequest(JSON.stringify(value), 'framewatch');

describe('parseReplayRequest', () => {
  it('takes what the contract says, and a limit', () => {
    expect(parse({ after: 4711, to: 'framewatch/replay/mine' })).toEqual({ after: 4711, to: 'framewatch/replay/mine', limit: MOST_REPLAYED });
    expect(parse({ after: 0, to: 'framewatch/replay/a-1_B', limit: 5 })).toMatchObject({ limit: 5 });
    expect(parse({ after: 0, to: 'framewatch/replay/a', limit: 1e9 })).toMatchObject({ limit: MOST_REPLAYED });
  });

  it.each([
    null,
    [],
    'x',
    {},
    { after: 1 },
    { to: 'framewatch/replay/a' },
    { after: -1, to: 'framewatch/replay/a' },
    { after: 1.5, to: 'framewatch/replay/a' },
    { after: '1', to: 'framewatch/replay/a' },
    { after: 1, to: 'framewatch/replay/a', limit: 0 },
    { after: 1, to: 'framewatch/replay/a', more: true },
    { after: 1, to: 'framewatch/replay/set' },
    { after: 1, to: 'framewatch/replay/' },
    { after: 1, to: 'framewatch/replay/a/b' },
    { after: 1, to: 'framewatch/front_door/event' },
    { after: 1, to: 'framewatch/replay/+' },
    { after: 1, to: 'other/replay/a' },
  ])('takes nothing else: %j', (value) => {
    expect(parse(value)).toBeNull();
  });

  it('never sends anywhere but below the topic for it, whatever it is told', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, noise) => {
        const request = parse({ after: 1, to: `framewatch/replay/${name}` });
        if (request !== null) expect(request.to).toMatch(/^framewatch\/replay\/[\w-]{1,64}$/);
        expect(parseReplayRequest(noise, 'framewatch')).toBeNull();
      }),
    );
  });
});
