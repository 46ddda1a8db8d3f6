import { describe, expect, it } from 'vitest';
import { LineLog } from '../../../src/engine/process/line-log.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

function log() {
  const clock = new VirtualClock();
  const lines: string[] = [];
  return { clock, lines, log: new LineLog(clock, (line) => lines.push(line)) };
}

describe('LineLog', () => {
  it('joins what was cut and splits what came together', () => {
    const { lines, log: lineLog } = log();
    lineLog.push('first li');
    lineLog.push('ne\nsecond\r\n\nthi');
    lineLog.push('rd');
    expect(lines).toEqual(['first line', 'second']);
    lineLog.end();
    expect(lines).toEqual(['first line', 'second', 'third']);
  });

  it('lets ten lines a second through and tells how many it left out', async () => {
    const { clock, lines, log: lineLog } = log();
    for (let index = 0; index < 500; index += 1) lineLog.push(`noise ${index}\n`);
    expect(lines).toHaveLength(10);
    await clock.advance(1000);
    lineLog.push('later\n');
    expect(lines.slice(10)).toEqual(['(490 more lines left out)', 'later']);
  });

  it('keeps the last words, and little of a line without an end', () => {
    const { lines, log: lineLog } = log();
    for (let index = 0; index < 50; index += 1) lineLog.push(`word ${index}\n`);
    expect(lineLog.tail).toBe('word 42 | word 43 | word 44 | word 45 | word 46 | word 47 | word 48 | word 49');
    for (let index = 0; index < 1000; index += 1) lineLog.push('x'.repeat(1000));
    lineLog.end();
    expect(lines.every((line) => line.length <= 500)).toBe(true);
  });
});
