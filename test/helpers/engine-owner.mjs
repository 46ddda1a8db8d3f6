// @ts-nocheck It imports from dist/, which need not be there when types are checked.
// A process that owns an engine: `exit` ends without closing it, `no-descriptors` starts it when no file can be opened any more.
// Arguments: what to do, the engine's entry point, its `init` as JSON. Prints one line of JSON.
import { ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { EngineClient } from '../../dist/engine/process/engine-client.js';
import { systemClock } from '../../dist/util/clock.js';
import { silentLogger } from '../../dist/util/logger.js';

const [, , what, entryPoint, init] = process.argv;
const options = { entryPoint, init: JSON.parse(init), startLimitMs: 10_000, hangLimitMs: 10_000, clock: systemClock };

if (what === 'exit') {
  // Once it hangs in native code it no longer notices that its pipe closes.
  const leave = () => process.stdout.write(`${JSON.stringify({ pid: engine.pid })}\n`, () => process.exit(0));
  const log = { ...silentLogger, info: ({ line }) => void (line === 'the puppet opens' && setTimeout(leave, 100)) };
  const engine = new EngineClient({ ...options, log }, () => undefined);
  void engine.start();
} else {
  // The pid of a child that was not started is what lay in memory, often 0: the signal goes to our own process group, or to a stranger.
  const signalled = [];
  ChildProcess.prototype.kill = function (signal) {
    signalled.push([this.pid ?? 'no pid', signal]);
    return false;
  };
  const held = [];
  try {
    for (;;) held.push(openSync('/dev/null'));
  } catch {}
  const started = async (engine) => {
    try {
      await engine.start();
      return 'started';
    } catch (error) {
      return error.code;
    }
  };
  const [one, other] = [0, 1].map(() => new EngineClient({ ...options, log: silentLogger }, () => undefined));
  const code = await started(one);
  await one.close();
  const start = started(other);
  await other.close();
  process.stdout.write(`${JSON.stringify({ code, closedAtOnce: await start, signalled, held: held.length })}\n`);
}
