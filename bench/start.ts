// From spawn to ready: `npm run bench:start`. Cold: nothing cached, the model is converted. Warm: as after every later restart.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDaemon } from '../test/helpers/daemon.ts';
import { printTable } from './table.ts';

const ROUNDS = 3;
const yaml = 'mqtt: { enabled: false }\ncameras: { away: { url: "rtsp://127.0.0.1:9/x" } }\n';

async function start(stateDir: string): Promise<number> {
  const daemon = await startDaemon({ yaml, stateDir, sharesCache: false });
  const ms = await daemon.ready();
  await daemon.stop();
  return ms / 1000;
}

const rows: (string | number)[][] = [];
for (let round = 1; round <= ROUNDS; round += 1) {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-bench-'));
  rows.push([`round ${round}`, await start(stateDir), await start(stateDir)]);
  rmSync(stateDir, { recursive: true, force: true });
}
printTable(['start to ready, s', 'cold', 'warm'], rows);
