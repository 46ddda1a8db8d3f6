import { describe, expect, it } from 'vitest';
import { Thumbnails } from '../../src/classify/thumbnails.ts';

function world(most: number) {
  const holders = new Map<string, number>();
  const captured: string[] = [];
  const add = (picture: string, by: number) => holders.set(picture, (holders.get(picture) ?? 0) + by);
  const thumbnails = new Thumbnails<string>({
    most,
    capture: async (picture) => {
      expect(holders.get(picture), 'it is held while it is encoded').toBeGreaterThan(0);
      captured.push(picture);
      await Promise.resolve();
      return picture === 'broken' ? null : Buffer.from(picture);
    },
    hold: (picture) => add(picture, 1),
    release: (picture) => add(picture, -1),
  });
  /** `NNNCN`: one picture each 100 ms, by its strongest label. */
  const see = (course: string, from = 0) => {
    for (const [index, label] of Array.from(course).entries())
      thumbnails.see((from + index) * 100, { label, score: 0.5 }, `${label}${from + index}`, []);
  };
  const all = async () => (await thumbnails.all()).map(({ jpeg, timeMs, rule }) => `${Buffer.from(jpeg).toString()}@${timeMs}${rule ?? ''}`);
  return { thumbnails, see, all, captured, leftOver: () => [...holders.values()].filter((count) => count !== 0) };
}

describe('Thumbnails', () => {
  it('shows the first picture, and each with which the strongest label changed', async () => {
    const t = world(10);
    t.see('NNNCCN');
    expect(await t.all()).toEqual(['N0@0', 'C3@300', 'N5@500']);
    expect(t.leftOver()).toEqual([]);
  });

  it('keeps the changes that lasted, and encodes few of the others', async () => {
    const t = world(3);
    t.see(`N${'CN'.repeat(50)}${'C'.repeat(20)}${'N'.repeat(10)}`);
    expect(await t.all()).toEqual(['N0@0', 'C101@10100', 'N121@12100']);
    expect(t.captured.length).toBeLessThan(10);
    expect(t.leftOver()).toEqual([]);
  });

  it('shows each label at its longest, also one that never lasted', async () => {
    const t = world(3);
    t.see(`${'N'.repeat(9)}C${'N'.repeat(20)}CCC${'N'.repeat(30)}C${'N'.repeat(40)}`);
    expect(await t.all()).toEqual(['N0@0', 'C30@3000', 'N64@6400']);
    const crowded = world(2);
    crowded.see('NNABBBCDDDD');
    expect(await crowded.all()).toEqual(['N0@0', 'D7@700']);
  });

  it('shows the pictures with which rules were sure, so many at most, and the score of the rule', async () => {
    const t = world(2);
    for (let index = 0; index < 5; index += 1) {
      const start = { rule: `r${index}`, region: 'full', label: 'Porn', startMs: 0, decidedMs: 0, score: 0.9 };
      t.thumbnails.see(index, { label: 'N', score: 0.5 }, `p${index}`, [start]);
    }
    expect(await t.all()).toEqual(['p0@0r0', 'p0@0', 'p1@1r1']);
  });

  it('does without a picture that cannot be made', async () => {
    const t = world(2);
    t.thumbnails.see(0, { label: 'N', score: 0.5 }, 'broken', []);
    expect(await t.all()).toEqual([]);
    expect(t.leftOver()).toEqual([]);
  });
});
