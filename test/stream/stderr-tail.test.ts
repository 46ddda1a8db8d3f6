import { describe, expect, it } from 'vitest';
import { StderrTail } from '../../src/stream/stderr-tail.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('StderrTail', () => {
  it('logs at most 5 lines a second, says how many it kept back, and stays small', async () => {
    const clock = new VirtualClock();
    const logged: [string, number][] = [];
    const tail = new StderrTail(
      clock,
      (text) => text,
      (line, suppressed) => logged.push([line, suppressed]),
    );
    for (let line = 0; line < 1000; line++) tail.push(`line ${line}\n`);
    expect(logged).toHaveLength(5);
    await clock.advance(1000);
    tail.push('after\n');
    expect(logged.at(-1)).toEqual(['after', 995]);
    expect(tail.lines()).toHaveLength(40);
    tail.push('x'.repeat(1_000_000));
    expect(tail.lines().join('').length).toBeLessThan(20_000);
  });

  it('redacts whole lines, also when they come in pieces', () => {
    const tail = new StderrTail(
      new VirtualClock(),
      (text) => text.replaceAll('needle', '***'),
      () => {},
    );
    tail.push('rtsp://a:nee');
    tail.push('dle@camera\nunfinished needle');
    expect(tail.lines()).toEqual(['rtsp://a:***@camera', 'unfinished ***']);
  });
});
