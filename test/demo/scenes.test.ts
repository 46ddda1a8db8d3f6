import { describe, expect, it } from 'vitest';
import { PROGRAMMES, programmeSeconds, sceneAt } from '../../src/demo/scenes.ts';

describe('PROGRAMMES', () => {
  it('are four cameras, one that stays neutral and three on which at least two labels alternate', () => {
    const kinds = new Map(PROGRAMMES.map(({ id, scenes }) => [id, new Set(scenes.map(({ label }) => label)).size]));
    expect(kinds).toEqual(
      new Map([
        ['front_door', 2],
        ['easel', 3],
        ['print_room', 3],
        ['garage', 1],
      ]),
    );
  });

  it('keep scenes whole: each is 8 to 25 s and as long as whole groups of pictures', () => {
    for (const { scenes, encoding } of PROGRAMMES) {
      for (const { seconds } of scenes) {
        expect(seconds % encoding.keyFrameSeconds).toBe(0);
        expect(seconds).toBeGreaterThanOrEqual(8);
        expect(seconds).toBeLessThanOrEqual(25);
      }
    }
  });

  it('draw the same picture at every call, another one as time goes on, and need no font', () => {
    for (const { draw } of PROGRAMMES.flatMap(({ scenes }) => scenes)) {
      expect(draw(0.3)).toBe(draw(0.3));
      expect(draw(0.3)).not.toBe(draw(0.6));
      expect(draw(0.3)).not.toMatch(/<text|NaN|undefined/);
    }
  });
});

describe('sceneAt', () => {
  it('goes through the scenes in order and ends with the programme', () => {
    const [programme] = PROGRAMMES;
    if (!programme) throw new Error('no programme');
    const [first, second] = programme.scenes;
    expect(sceneAt(programme, 0)).toEqual({ scene: first, number: 1, progress: 0 });
    expect(sceneAt(programme, (first?.seconds ?? 0) + (second?.seconds ?? 0) / 2)).toEqual({ scene: second, number: 2, progress: 0.5 });
    expect(() => sceneAt(programme, programmeSeconds(programme))).toThrow(RangeError);
  });
});
