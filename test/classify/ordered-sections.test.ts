import { describe, expect, it } from 'vitest';
import { OrderedSections } from '../../src/classify/ordered-sections.ts';

function sections(most?: number) {
  const written: string[] = [];
  return { written, sections: new OrderedSections((text) => void written.push(text), most) };
}

describe('OrderedSections', () => {
  it('writes the current section at once and the others in their turn', () => {
    const t = sections();
    t.sections.write(1, 'b1 ');
    t.sections.write(0, 'a1 ');
    expect(t.written).toEqual(['a1 ']);
    t.sections.write(2, 'c1 ');
    t.sections.end(2);
    t.sections.write(0, 'a2 ');
    t.sections.end(0);
    expect(t.written.join('')).toBe('a1 a2 b1 ');
    t.sections.write(1, 'b2 ');
    t.sections.end(1);
    expect(t.written.join('')).toBe('a1 a2 b1 b2 c1 ');
  });

  it('holds back those who would fill the memory, never the one whose turn it is', async () => {
    const t = sections(5);
    t.sections.write(1, '123456');
    const passed: string[] = [];
    const later = t.sections.mayWrite(1).then(() => passed.push('later'));
    await t.sections.mayWrite(0);
    expect(passed).toEqual([]);
    t.sections.end(0);
    await later;
    expect(t.written).toEqual(['123456']);
  });

  it('lets everybody go on at the end', async () => {
    const t = sections(0);
    t.sections.write(3, 'x');
    const waiting = t.sections.mayWrite(3);
    t.sections.release();
    await waiting;
    await t.sections.mayWrite(4);
  });
});
