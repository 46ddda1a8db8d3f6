import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type EngineAvailability, type EngineLimits, EngineSupervisor } from '../../../src/engine/process/engine-supervisor.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { COMMANDS, PUPPET_PROCESS, type PuppetSettings, puppetInit, puppetInput } from '../../helpers/puppet-engine.ts';
import { recordingLogger } from '../../helpers/recording-logger.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const supervisors: EngineSupervisor[] = [];
afterEach(async () => {
  await Promise.all(supervisors.splice(0).map((supervisor) => supervisor.close()));
});

function supervisor(settings: PuppetSettings = {}, limits: Partial<EngineLimits> = {}) {
  const changes: EngineAvailability[] = [];
  const restarts: number[] = [];
  const log = recordingLogger();
  let tellLost: () => void = () => undefined;
  const lost = new Promise<void>((resolve) => {
    tellLost = resolve;
  });
  const made = new EngineSupervisor({
    entryPoint: PUPPET_PROCESS,
    init: puppetInit(settings),
    clock: systemClock,
    log,
    onAvailability: (change) => {
      changes.push(change);
      if (!change.available) tellLost();
    },
    onRestart: () => restarts.push(made.restarts),
    limits: { firstBackoff: 10, longestBackoff: 40, ...limits },
  });
  supervisors.push(made);
  return { engine: made, changes, restarts, log, lost };
}

/** A file in which the puppet counts its starts. */
const countFile = () => join(temporaryDirectory(), 'starts');
const failing = (code: string): unknown => expect.objectContaining({ code });

async function backAgain(engine: EngineSupervisor): Promise<void> {
  expect(await engine.whenAvailable(10_000)).toBe(true);
  expect((await engine.classify(puppetInput([3]))).probabilities[3]).toBe(1);
}

describe('EngineSupervisor', () => {
  it.each([
    ['crashes', COMMANDS.segfaults, 'ENGINE_DIED'],
    ['hangs', COMMANDS.hangs, 'ENGINE_TIMEOUT'],
  ])('brings an engine back that %s, and tells both', async (_, command, code) => {
    const { engine, changes } = supervisor({}, { hang: 150 });
    await engine.start();
    const { pid } = engine;
    await expect(engine.classify(puppetInput([command]))).rejects.toThrow(failing(code));
    expect(engine.available).toBe(false);
    await expect(engine.classify(puppetInput([1]))).rejects.toThrow(failing('ENGINE_DIED'));
    await backAgain(engine);
    expect(engine.pid).not.toBe(pid);
    expect(engine.restarts).toBe(1);
    expect(changes.map(({ available }) => available)).toEqual([true, false, true]);
    expect(changes[1]).toMatchObject({ reason: { code } });
  });

  it('warns when what runs is not what was asked for', async () => {
    const { engine, log } = supervisor({ fallback: 'onnx has no GPU' });
    await engine.start();
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', fields: { fallback: 'onnx has no GPU' } }));
    const { engine: asAsked, log: quiet } = supervisor();
    await asAsked.start();
    expect(quiet.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('notices a death while nothing runs', async () => {
    const { engine } = supervisor();
    await engine.start();
    const { pid } = engine;
    process.kill(pid ?? -1, 'SIGKILL');
    await expect.poll(() => engine.restarts, { timeout: 10_000 }).toBe(1);
    await backAgain(engine);
  });

  it('restarts after five failures in a row, not after five with a success between', async () => {
    const { engine, changes } = supervisor();
    await engine.start();
    const fail = () => expect(engine.classify(puppetInput([COMMANDS.throws]))).rejects.toThrow(failing('ENGINE_INFERENCE_FAILED'));
    for (let index = 0; index < 4; index += 1) await fail();
    await engine.classify(puppetInput([1]));
    for (let index = 0; index < 4; index += 1) await fail();
    expect(engine.available).toBe(true);
    await fail();
    expect(engine.available).toBe(false);
    await backAgain(engine);
    expect(engine.restarts).toBe(1);
    expect(changes).toHaveLength(3);
  });

  it('replaces the process of a device that one picture poisoned: nothing else makes it compute again', async () => {
    const { engine, changes } = supervisor();
    await engine.start();
    const { pid } = engine;
    for (const byte of [COMMANDS.poisons, 1, 2, 3, 4])
      await expect(engine.classify(puppetInput([byte]))).rejects.toThrow(failing('ENGINE_INFERENCE_FAILED'));
    expect(changes.at(-1)).toMatchObject({
      available: false,
      reason: { code: 'ENGINE_DIED', message: expect.stringContaining('5 inferences failed in a row') },
    });
    await backAgain(engine);
    expect(engine.pid).not.toBe(pid);
  });

  it.each([
    ['gives values that are no numbers', COMMANDS.notANumber, 'ENGINE_INFERENCE_FAILED'],
    ['finds no memory even for one picture', COMMANDS.outOfMemory, 'ENGINE_OUT_OF_MEMORY'],
  ])('replaces a process that only %s', async (_, command, code) => {
    const { engine } = supervisor();
    await engine.start();
    for (let index = 0; index < 5; index += 1) await expect(engine.classify(puppetInput([command]))).rejects.toThrow(failing(code));
    await backAgain(engine);
    expect(engine.restarts).toBe(1);
  });

  it('throws at the first start what no retry cures, after one try', async () => {
    const file = countFile();
    const { engine, changes } = supervisor({ failOpen: 'MODEL_SELF_TEST_FAILED', countFile: file });
    await expect(engine.start()).rejects.toThrow(failing('MODEL_SELF_TEST_FAILED'));
    const again = supervisor({ failOpen: 'ENGINE_DEVICE_UNAVAILABLE' });
    await expect(again.engine.start()).rejects.toThrow(failing('ENGINE_DEVICE_UNAVAILABLE'));
    expect([changes, again.changes]).toEqual([[], []]);
    expect(() => engine.info).toThrow(failing('INTERNAL'));
  });

  it('tries a first start that crashes again, but not for ever', async () => {
    const { engine, restarts } = supervisor({ crashOpen: 2, countFile: countFile() });
    await expect(engine.start()).resolves.toMatchObject({ model: 'puppet' });
    expect(restarts).toEqual([1, 2]);
    const { engine: hopeless } = supervisor({ crashOpen: 3, countFile: countFile() });
    await expect(hopeless.start()).rejects.toThrow(failing('ENGINE_START_FAILED'));
  });

  it('tries a restart for ever, whatever is wrong, and reports it', async () => {
    const { engine, changes, restarts } = supervisor({ failOpen: 'MODEL_HASH_MISMATCH', failFromStart: 2, countFile: countFile() });
    await engine.start();
    process.kill(engine.pid ?? -1, 'SIGKILL');
    await expect.poll(() => engine.restarts, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
    expect(changes.at(-1)).toMatchObject({ available: false, reason: { code: 'MODEL_HASH_MISMATCH' } });
    expect(engine.reason.code).toBe('MODEL_HASH_MISMATCH');
    // Those that died before they were ready count like the others.
    expect(restarts.slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('waits for an engine no longer than asked', async () => {
    const { engine } = supervisor();
    expect(await engine.whenAvailable(20)).toBe(false);
    const patient = engine.whenAvailable(10_000);
    await engine.start();
    expect(await patient).toBe(true);
  });

  it('closes for good: nothing is restarted, nobody waits on, nothing is reported', async () => {
    const { engine, changes, lost } = supervisor();
    await engine.start();
    process.kill(engine.pid ?? -1, 'SIGKILL');
    await lost;
    expect(engine.available).toBe(false);
    const waiting = engine.whenAvailable(10_000);
    await engine.close();
    expect(await waiting).toBe(false);
    expect(changes).toHaveLength(2);
    await expect(engine.classify(puppetInput([1]))).rejects.toThrow(failing('ENGINE_DIED'));
    await engine.close();
  });
});
