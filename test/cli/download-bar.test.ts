import { expect, it } from 'vitest';
import { DownloadBar, downloadLine } from '../../src/cli/download-bar.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

it('tells how far, how fast and how long still', () => {
  const at = (received: number, start: number, ms: number) => downloadLine({ source: 's', received, bytes: 28_000_000 }, start, ms);
  expect(at(0, 0, 0)).toBe('[                        ] 0 %  0.0 of 28.0 MB  0.0 MB/s');
  expect(at(14_000_000, 0, 2000)).toBe('[============            ] 50 %  14.0 of 28.0 MB  7.0 MB/s  2 s left');
  // What an earlier try brought is no speed of this one.
  expect(at(14_000_000, 10_000_000, 2000)).toContain('2.0 MB/s  7 s left');
  expect(at(28_000_000, 0, 4000)).toBe('[========================] 100 %  28.0 of 28.0 MB  7.0 MB/s  0 s left');
});

function bar(isTTY: boolean) {
  const clock = new VirtualClock();
  const written: string[] = [];
  const stream = { isTTY, columns: 40, write: (text: string) => written.push(text) > 0 } as Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  return { clock, written, bar: new DownloadBar(clock, stream) };
}

it('draws over itself on a terminal, not too often, and never wider', async () => {
  const { clock, written, bar: drawn } = bar(true);
  for (let received = 0; received <= 1000; received += 100) {
    drawn.show({ source: 's', received, bytes: 1000 });
    await clock.advance(40);
  }
  drawn.end();
  expect(written.length).toBeLessThan(8);
  for (const line of written.slice(0, -1)) {
    expect([line.at(0), line.slice(-3)]).toEqual(['\r', '\u001b[K']);
    expect(line.length).toBeLessThanOrEqual(1 + 39 + 3);
  }
  expect(written.at(-2)).toContain('100 %');
  expect(written.at(-1)).toBe('\n');
});

it('tells each tenth once where nobody watches', () => {
  const { written, bar: drawn } = bar(false);
  for (let received = 0; received <= 1000; received += 10) drawn.show({ source: 's', received, bytes: 1000 });
  drawn.end();
  expect(written).toHaveLength(10);
});
