import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { ENGINE_PIPE_FD } from '../../../src/engine/process/engine-process.ts';
import { encodeMessage, type MessageType, WireDecoder, type WireMessage } from '../../../src/engine/process/wire.ts';
import { PUPPET_PROCESS, type PuppetSettings, puppetInit, puppetInput } from '../../helpers/puppet-engine.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** The built process with nothing between: what the test writes is what it reads. */
function engineProcess() {
  const child = spawn(process.execPath, [PUPPET_PROCESS], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  children.push(child);
  const pipe = child.stdio[ENGINE_PIPE_FD] as Duplex;
  const decoder = new WireDecoder();
  const messages: WireMessage[] = [];
  const waiting: ((message: WireMessage) => void)[] = [];
  pipe.on('error', () => undefined);
  pipe.on('data', (chunk: Buffer) => {
    for (const message of decoder.push(chunk)) {
      const next = waiting.shift();
      if (next) next(message);
      else messages.push(message);
    }
  });
  return {
    child,
    pipe,
    send(type: MessageType, requestId: number, head: unknown, payload?: Uint8Array) {
      for (const part of encodeMessage(type, requestId, head, payload)) pipe.write(part);
    },
    answer(): Promise<WireMessage> {
      const message = messages.shift();
      return message ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve));
    },
    async ready(settings: PuppetSettings = {}) {
      this.send('init', 1, puppetInit(settings, { batchSizes: [1] }));
      return await this.answer();
    },
  };
}

describe('the engine process', () => {
  it('ends when the pipe closes: no engine outlives its daemon', async () => {
    const engine = engineProcess();
    expect((await engine.ready()).type).toBe('ready');
    engine.pipe.destroy();
    await once(engine.child, 'exit');
  });

  it('ends by itself after close', async () => {
    const engine = engineProcess();
    await engine.ready();
    engine.send('close', 2, null);
    expect(await once(engine.child, 'exit')).toEqual([0, null]);
  });

  it('prepares the backend for each size before a picture of that size, and drops a size for which there is no memory', async () => {
    const engine = engineProcess();
    engine.send('init', 1, puppetInit({ prepareOutOfMemoryAt: 4 }, { batchSizes: [1, 2, 4, 8] }));
    expect(await engine.answer()).toMatchObject({ type: 'ready', head: { batchSizes: [1, 2] } });
  });

  it.each([1, 2, 4, 8])('is not ready when the self-test fails at one of the allowed batch sizes: %i', async (selfTestFailsAt) => {
    const engine = engineProcess();
    engine.send('init', 1, puppetInit({ selfTestFailsAt }, { batchSizes: [1, 2, 4, 8] }));
    expect(await engine.answer()).toMatchObject({ type: 'failed', head: { code: 'MODEL_SELF_TEST_FAILED' } });
    engine.send('classify', 2, { count: 1, paddedTo: 1 }, puppetInput([1]).pixels);
    expect(await engine.answer()).toMatchObject({ type: 'error', head: { code: 'ENGINE_PROTOCOL' } });
  });

  it('takes no notice of the signals that a whole process group gets', async () => {
    const engine = engineProcess();
    await engine.ready();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) engine.child.kill(signal);
    const { pixels } = puppetInput([2]);
    engine.send('classify', 9, { count: 1, paddedTo: 1 }, pixels);
    expect(await engine.answer()).toMatchObject({ type: 'result', requestId: 9 });
  });

  it.each([
    ['pixels that are not that many pictures', { count: 1, paddedTo: 2 }],
    ['no pictures at all', { count: 0, paddedTo: 1 }],
    ['more pictures than there is room for', { count: 2, paddedTo: 1 }],
  ])('refuses %s', async (_, head) => {
    const engine = engineProcess();
    await engine.ready();
    engine.send('classify', 5, head, puppetInput([1]).pixels);
    expect(await engine.answer()).toMatchObject({ type: 'error', requestId: 5, head: { code: 'ENGINE_PROTOCOL' } });
  });

  it('refuses to classify before it is ready, and more than it may hold', async () => {
    const engine = engineProcess();
    engine.send('classify', 3, { count: 1, paddedTo: 1 }, puppetInput([1]).pixels);
    expect(await engine.answer()).toMatchObject({ type: 'error', requestId: 3, head: { code: 'ENGINE_PROTOCOL' } });
    await engine.ready({ msPerBatch: 5 });
    const ids = Array.from({ length: 30 }, (_, index) => index + 10);
    for (const requestId of ids) engine.send('classify', requestId, { count: 1, paddedTo: 1 }, puppetInput([1]).pixels);
    const answers = [];
    for (let index = 0; index < ids.length; index += 1) answers.push(await engine.answer());
    expect(answers.map(({ requestId }) => requestId).sort()).toEqual(ids);
    const refused = answers.filter(({ type }) => type === 'error');
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(2);
    for (const { head } of refused) expect(head).toMatchObject({ code: 'ENGINE_PROTOCOL' });
    // However many wait, it can be told to end.
    for (const requestId of ids) engine.send('classify', requestId, { count: 1, paddedTo: 1 }, puppetInput([1]).pixels);
    engine.send('close', 99, null);
    expect(await once(engine.child, 'exit')).toEqual([0, null]);
  });
});
