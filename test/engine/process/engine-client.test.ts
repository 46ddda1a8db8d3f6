import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EngineClient, type EngineClientOptions } from '../../../src/engine/process/engine-client.ts';
import { systemClock } from '../../../src/util/clock.ts';
import type { FramewatchError } from '../../../src/util/errors.ts';
import { COMMANDS, PUPPET_PROCESS, type PuppetSettings, puppetInit, puppetInput } from '../../helpers/puppet-engine.ts';
import { recordingLogger } from '../../helpers/recording-logger.ts';
import { suspendable } from '../../helpers/suspendable-clock.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const clients: EngineClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

/** A slow puppet gets a short ladder: its warm-up runs every size. */
function client(settings: PuppetSettings = {}, options: Partial<EngineClientOptions> = {}) {
  const init = puppetInit(settings, settings.msPerBatch === undefined ? {} : { batchSizes: [1] });
  const log = recordingLogger();
  const ends: FramewatchError[] = [];
  const made = new EngineClient(
    { entryPoint: PUPPET_PROCESS, init, startLimitMs: 10_000, hangLimitMs: 10_000, clock: systemClock, log, ...options },
    (error) => ends.push(error),
  );
  clients.push(made);
  return { client: made, log, ends };
}

/** A process that owns an engine, see there; `limit` is a command of the shell that goes before it. In a process group of its own. */
async function engineOwner(what: 'exit' | 'no-descriptors', settings: PuppetSettings, limit = 'true'): Promise<Record<string, unknown>> {
  const owner = new URL('../../helpers/engine-owner.mjs', import.meta.url).pathname;
  const args = ['-c', `${limit} && exec "$0" "$@"`, process.execPath, owner, what, PUPPET_PROCESS, JSON.stringify(puppetInit(settings))];
  const child = spawn('/bin/sh', args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let said = '';
  for await (const text of child.stdout.setEncoding('utf8')) said += text as string;
  return JSON.parse(said) as Record<string, unknown>;
}

const failing = (code: string): unknown => expect.objectContaining({ code });

/** A process that nobody has waited for yet (a zombie) does not run any more. */
function isRunning(pid: number | undefined): boolean {
  try {
    process.kill(pid ?? -1, 0);
    return !(existsSync('/proc/self/stat') && readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z '));
  } catch {
    return false;
  }
}

describe('EngineClient', () => {
  it('starts a process, says what runs there, and answers with the scores of each picture', async () => {
    const { client: engine, log } = client();
    const info = await engine.start();
    expect(info).toMatchObject({ backend: 'wasm', model: 'puppet', inputSize: 8, batchSizes: [1, 2, 4, 8, 16], fallback: null });
    expect(Object.keys(info.costMs)).toEqual(['1', '2', '4', '8', '16']);
    const output = await engine.classify(puppetInput([3, 1, 7], 4));
    expect([...output.probabilities]).toEqual([0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0]);
    expect(output.features).toBeNull();
    // What native libraries print is logged and disturbs nothing.
    expect(log.lines.map(({ fields }) => fields['line'])).toEqual(expect.arrayContaining(['the puppet opens', 'native libraries print here, too']));
  });

  it('brings features along when asked for them', async () => {
    const { client: engine } = client({}, { init: puppetInit({}, { features: true }) });
    await engine.start();
    const { features } = await engine.classify(puppetInput([5, 9], 4));
    expect(features).toHaveLength(8);
    expect([features?.[0], features?.[4]]).toEqual([5, 9]);
  });

  it('answers two requests that were made at once, in their order', async () => {
    const { client: engine } = client({ msPerBatch: 20 });
    await engine.start();
    const order: string[] = [];
    const first = engine.classify(puppetInput([1])).then((output) => order.push(`first ${output.probabilities.indexOf(1)}`));
    const second = engine.classify(puppetInput([2])).then((output) => order.push(`second ${output.probabilities.indexOf(1)}`));
    await Promise.all([first, second]);
    expect(order).toEqual(['first 1', 'second 2']);
  });

  it.each([
    ['throws', COMMANDS.throws, 'ENGINE_INFERENCE_FAILED'],
    ['gives NaN', COMMANDS.notANumber, 'ENGINE_INFERENCE_FAILED'],
    ['gives too few scores', COMMANDS.wrongShape, 'ENGINE_INFERENCE_FAILED'],
    ['runs out of memory', COMMANDS.outOfMemory, 'ENGINE_OUT_OF_MEMORY'],
  ])('stays alive when the network %s', async (_, command, code) => {
    const { client: engine, ends } = client();
    await engine.start();
    await expect(engine.classify(puppetInput([1, command]))).rejects.toThrow(failing(code));
    expect((await engine.classify(puppetInput([4]))).probabilities[4]).toBe(1);
    expect(ends).toEqual([]);
  });

  it('has sent the next request before it tells an answer: what is done with that does not hold up the engine', async () => {
    const { client: engine } = client({ inputSize: 800, msPerBatch: 250 });
    await engine.start();
    const first = engine.classify(puppetInput([1], 1, 800)).then(() => {
      // Nothing is written meanwhile, as when verdicts are decided: longer than the engine takes.
      const endMono = performance.now() + 500;
      while (performance.now() < endMono);
      return performance.now();
    });
    const second = engine.classify(puppetInput([2], 1, 800)).then(() => performance.now());
    const [readyMono, answeredMono] = await Promise.all([first, second]);
    expect(answeredMono - readyMono, 'a whole batch, if its bytes had to be sent first').toBeLessThan(200);
  });

  it('leaves out the sizes that do not fit in memory', async () => {
    const { client: engine } = client({ outOfMemoryAt: 8 });
    expect((await engine.start()).batchSizes).toEqual([1, 2, 4]);
  });

  it('kills a process that hangs in native code, and fails all that was in flight', async () => {
    const { client: engine, ends } = client({}, { hangLimitMs: 150 });
    await engine.start();
    const { pid } = engine;
    const both = [engine.classify(puppetInput([COMMANDS.hangs])), engine.classify(puppetInput([1]))];
    const outcomes = await Promise.allSettled(both);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as FramewatchError).code)).toEqual([
      'ENGINE_TIMEOUT',
      'ENGINE_TIMEOUT',
    ]);
    expect(ends.map(({ code }) => code)).toEqual(['ENGINE_TIMEOUT']);
    await engine.close();
    expect(isRunning(pid)).toBe(false);
  });

  it('gives the second request its own time, not what is left of the first', async () => {
    const { client: engine } = client({ msPerBatch: 30 }, { hangLimitMs: 100 });
    // Warm-up measured 30 ms, so the limit is 150 ms: seven requests in a row take longer together.
    await engine.start();
    const all = Array.from({ length: 7 }, () => engine.classify(puppetInput([1])));
    await expect(Promise.all(all)).resolves.toHaveLength(7);
  });

  it.each([
    ['a crash', COMMANDS.segfaults, /SIGSEGV/],
    ['an exit', COMMANDS.exits, /code 7.*last words.*the puppet opens/],
  ])('tells %s with its cause', async (_, command, words) => {
    const { client: engine, ends } = client();
    await engine.start();
    await expect(engine.classify(puppetInput([command]))).rejects.toThrow(failing('ENGINE_DIED'));
    expect(ends[0]?.message).toMatch(words);
    await expect(engine.classify(puppetInput([1]))).rejects.toThrow(failing('ENGINE_DIED'));
  });

  it('passes on why a model cannot be opened', async () => {
    const { client: engine } = client({ failOpen: 'MODEL_HASH_MISMATCH' });
    await expect(engine.start()).rejects.toThrow(failing('MODEL_HASH_MISMATCH'));
  });

  it('fails a start that dies, that hangs, or that cannot begin', async () => {
    await expect(client({ crashOpen: 1 }).client.start()).rejects.toThrow(failing('ENGINE_START_FAILED'));
    const hanging = client({ hangOpen: true }, { startLimitMs: 300 }).client;
    await expect(hanging.start()).rejects.toThrow(failing('ENGINE_START_FAILED'));
    await hanging.close();
    expect(isRunning(hanging.pid)).toBe(false);
    await expect(client({}, { entryPoint: '/nowhere/engine.js' }).client.start()).rejects.toThrow(failing('ENGINE_START_FAILED'));
  });

  it('ends a process that sends what is no message', async () => {
    const entryPoint = join(temporaryDirectory(), 'garbage.mjs');
    writeFileSync(entryPoint, "import { writeSync } from 'node:fs'; writeSync(3, Buffer.alloc(64, 'garbage')); setInterval(() => {}, 1000);");
    const { client: engine } = client({}, { entryPoint });
    await expect(engine.start()).rejects.toThrow(failing('ENGINE_PROTOCOL'));
    await engine.close();
    expect(isRunning(engine.pid)).toBe(false);
  });

  it('closes after the answers that are due, without calling it a death', async () => {
    const { client: engine, ends } = client({ msPerBatch: 30 });
    await engine.start();
    const due = [engine.classify(puppetInput([1])), engine.classify(puppetInput([2]))];
    const { pid } = engine;
    await engine.close();
    await expect(Promise.all(due)).resolves.toHaveLength(2);
    expect(isRunning(pid)).toBe(false);
    expect(ends).toEqual([]);
    await engine.close();
    await expect(engine.classify(puppetInput([1]))).rejects.toThrow(failing('ENGINE_DIED'));
  });

  it('closes a process that hangs, too', async () => {
    const { client: engine } = client({}, { closeLimitMs: 100 });
    await engine.start();
    process.kill(engine.pid ?? -1, 'SIGSTOP');
    const outcome = engine.classify(puppetInput([1])).catch((error: unknown) => error);
    await engine.close();
    expect(isRunning(engine.pid)).toBe(false);
    expect(await outcome).toMatchObject({ code: 'ENGINE_DIED' });
  });

  it('closes before it was started, and while it starts', async () => {
    await client().client.close();
    const { client: engine, ends } = client({ hangOpen: true });
    const start = engine.start().catch((error: unknown) => error);
    await vi.waitFor(() => expect(isRunning(engine.pid)).toBe(true));
    await engine.close();
    expect(await start).toBeInstanceOf(Error);
    expect(ends).toEqual([]);
  });

  it('does not blame a healthy engine for time in which the daemon itself stood still', async () => {
    const clock = suspendable();
    const { client: engine, ends } = client({ msPerBatch: 40 }, { clock, startLimitMs: 400, hangLimitMs: 400 });
    const start = engine.start();
    clock.standStill(3_600_000);
    await clock.run(450);
    await start;
    const answer = engine.classify(puppetInput([4]));
    clock.standStill(3_600_000);
    // The late tick, after which there is time to read what has come.
    await clock.run(450);
    expect((await answer).probabilities[4]).toBe(1);
    expect(ends).toEqual([]);
  });

  it('gives its process nothing of the environment that it does not need', async ({ skip }) => {
    if (!existsSync('/proc/self/environ')) skip('this system has no /proc');
    vi.stubEnv('FRAMEWATCH_TEST_PASSWORD', 'hunter2');
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '3');
    const { client: engine } = client();
    await engine.start();
    vi.unstubAllEnvs();
    const environment = readFileSync(`/proc/${engine.pid}/environ`, 'utf8');
    expect(environment).toContain('CUDA_VISIBLE_DEVICES=3');
    expect(environment).not.toContain('hunter2');
  });

  it('fails a start for which there are no descriptors left, and can be closed then', async () => {
    const said = await engineOwner('no-descriptors', {}, 'ulimit -n 64');
    expect(said).toMatchObject({ code: 'ENGINE_START_FAILED', closedAtOnce: 'ENGINE_START_FAILED', signalled: [] });
    expect(said['held']).toBeGreaterThan(5);
  });

  it('leaves no process behind when the daemon exits without closing it', async () => {
    const { pid } = await engineOwner('exit', { hangOpen: true });
    await waitFor('the engine process is gone', () => !isRunning(pid as number));
  });
});
