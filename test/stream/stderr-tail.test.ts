import { describe, expect, it } from 'vitest';
import { StderrTail } from '../../src/stream/stderr-tail.ts';
import { Redactor } from '../../src/util/redactor.ts';
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

  it('cuts an address off a line without an end where it may stop within a password', () => {
    const redactor = new Redactor();
    const lines = (rest: string) => {
      const tail = new StderrTail(
        new VirtualClock(),
        (text) => redactor.redact(text),
        () => {},
      );
      tail.push(rest);
      return tail.lines();
    };
    expect(lines('[in#0] rtsp://viewer:sec')).toEqual(['[in#0] rtsp://…']);
    expect(lines('[in#0] rtsp://viewer:secret@camera/x')).toEqual(['[in#0] rtsp://***@camera/x']);
    expect(lines('rtsp://camera/x: 401 Unauth')).toEqual(['rtsp://camera/x: 401 Unauth']);
  });

  it('gives the newest whole lines with their times, within its bytes, and says how many are missing', async () => {
    const clock = new VirtualClock();
    const tail = new StderrTail(
      clock,
      (text) => text.replaceAll('needle', '***'),
      () => {},
    );
    tail.push('one needle\n\n');
    await clock.advance(1500);
    tail.push('two\nrtsp://a:nee');
    const first = clock.wallMs() - 1500;
    expect(tail.notes()).toEqual({
      omitted: 0,
      lines: [
        { atMs: first, text: 'one ***' },
        { atMs: first + 1500, text: 'two' },
      ],
    });
    tail.push('dle@camera\n');
    for (let line = 0; line < 38; line++) tail.push(`${line}\n`);
    expect(tail.notes()).toMatchObject({ omitted: 1 });
    expect(
      tail
        .notes()
        .lines.map(({ text }) => text)
        .slice(0, 2),
    ).toEqual(['two', 'rtsp://a:***@camera']);
    for (let line = 0; line < 40; line++) tail.push(`${'ü'.repeat(500)}\n`);
    const { omitted, lines } = tail.notes();
    expect(Buffer.byteLength(lines.map(({ text }) => text).join(''))).toBeLessThanOrEqual(16 * 1024);
    expect([lines.length, omitted]).toEqual([16, 1 + 40 + 24]);
  });

  it('keeps no end of a line whose beginning was too long to keep: a secret may have been cut in two', () => {
    const tail = new StderrTail(
      new VirtualClock(),
      (text) => text.replaceAll('needle', '***'),
      () => {},
    );
    tail.push(`before\n${'x'.repeat(9000)}rtsp://a:nee`);
    tail.push('dle@cam');
    tail.push('era\nafter\n');
    expect(tail.notes()).toMatchObject({ omitted: 1, lines: [{ text: 'before' }, { text: 'after' }] });
    expect(tail.lines()).toEqual(['before', 'after']);
  });
});
