import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { TextOutput } from '../../src/cli/text-output.ts';
import { systemClock } from '../../src/util/clock.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const LINE = `${'x'.repeat(999)}\n`;

/** A pipe whose reader reads when it is told to; the writing end blocks, as standard output does. */
async function pipe() {
  const file = join(temporaryDirectory(), 'pipe');
  execFileSync('mkfifo', [file]);
  const reader = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, descriptor: openSync(file, 'w') };
}

describe('TextOutput', () => {
  it('writes everything in its order', async () => {
    const file = join(temporaryDirectory(), 'out');
    const descriptor = openSync(file, 'w');
    const output = new TextOutput({ descriptor, clock: systemClock, onBroken: () => undefined });
    for (let index = 0; index < 1000; index += 1) output.write(`${index} ü\n`);
    output.write('');
    await output.close();
    closeSync(descriptor);
    expect(output.isStuck).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe(Array.from({ length: 1000 }, (_, index) => `${index} ü\n`).join(''));
  });

  it('lets the writer wait for a slow reader, until that reads or nobody waits any more', async () => {
    const { reader, descriptor } = await pipe();
    const output = new TextOutput({ descriptor, clock: systemClock, onBroken: () => undefined });
    for (let index = 0; index < 400; index += 1) output.write(LINE);
    const room = vi.fn();
    const waiting = output.room().then(room);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(room).not.toHaveBeenCalled();
    output.release();
    await waiting;
    expect(output.isStuck).toBe(true);
    let read = 0;
    while (read < 400 * LINE.length) read += (await reader.read(Buffer.alloc(65_536)).catch(() => ({ bytesRead: 0 }))).bytesRead;
    await output.close();
    expect(output.isStuck).toBe(false);
    await reader.close();
    closeSync(descriptor);
  });

  it('tells once that the reader has gone, and throws the rest away', async () => {
    const { reader, descriptor } = await pipe();
    const broken = vi.fn();
    const output = new TextOutput({ descriptor, clock: systemClock, onBroken: broken });
    await reader.close();
    output.write('a');
    await vi.waitFor(() => expect(broken).toHaveBeenCalledOnce(), { interval: 1 });
    expect(broken.mock.calls[0]?.[0]).toMatchObject({ code: 'EPIPE' });
    output.write('b');
    await output.room();
    await output.close();
    expect(broken).toHaveBeenCalledOnce();
    closeSync(descriptor);
  });
});
