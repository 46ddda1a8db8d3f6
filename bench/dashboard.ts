// The wall with 64 tiles at two pictures a second, in a real browser: `npm run bench:dashboard -- [--minutes 60] [--tiles 64]`. The server is the real
// one, cameras and network are a script. Prints how smooth it was, and whether the heap of the page grew.
import { parseArgs } from 'node:util';
import { startBrowser } from '../test/helpers/browser.ts';
import { crowdedWall } from '../test/helpers/crowded-wall.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' }, tiles: { type: 'string', default: '64' } } });
const forMs = Number(values.minutes) * 60_000;
const browser = await startBrowser();
try {
  const figures = await crowdedWall({ browser, cameras: Number(values.tiles), picturesPerSecond: 2, forMs, heapEveryMs: forMs / 10 });
  printTable(
    ['the wall', ''],
    [
      ['tiles', figures.tiles],
      ['first picture, ms', Math.round(figures.firstPictureMs)],
      ['pictures shown a second', figures.picturesPerSecond.toFixed(1)],
      ['time in tasks of 50 ms and more, %', (figures.longTaskShare * 100).toFixed(2)],
      ['the same by the time of the processor, %', (figures.longTaskCpuShare * 100).toFixed(2)],
      ["the page's main thread, % of a processor", (figures.mainThreadCpuShare * 100).toFixed(1)],
      ['longest task, ms', Math.round(figures.longestTaskMs)],
      ['heap at each tenth of the time, MiB', figures.heapMiB.map((size) => size.toFixed(1)).join(' ')],
    ],
  );
} finally {
  await browser.close();
}
