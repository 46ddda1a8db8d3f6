import { describe, expect, it } from 'vitest';
import { type AppendTarget, LineFile } from '../../src/monitor/line-file.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

/** A disk that answers when told. */
class PuppetDisk implements AppendTarget {
  text = '';
  closed = 0;
  largestWrite = 0;
  #open: { text: string; settle: (error?: Error) => void } | null = null;

  appendFile(text: string): Promise<void> {
    expect(this.#open, 'a write while another is under way').toBeNull();
    this.largestWrite = Math.max(this.largestWrite, text.length);
    return new Promise((resolve, reject) => {
      this.#open = { text, settle: (error) => (error ? reject(error) : resolve()) };
    });
  }

  get isBusy(): boolean {
    return this.#open !== null;
  }

  async answer(error?: Error): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (open && !error) this.text += open.text;
    open?.settle(error);
    await new Promise((resolve) => setImmediate(resolve));
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

function stage(capacityBytes: number = 100) {
  const clock = new VirtualClock();
  const disk = new PuppetDisk();
  const faults: unknown[] = [];
  const file = new LineFile({ target: disk, clock, capacityBytes, onFault: (error) => void faults.push(error) });
  return { clock, disk, faults, file };
}

describe('LineFile', () => {
  it('writes lines in their order, many at a time', async () => {
    const { clock, disk, file } = stage();
    for (const line of ['a', 'b', 'c']) expect(file.append(line)).toBe(true);
    expect(disk.isBusy).toBe(false);
    await clock.advance(500);
    expect(file.append('d')).toBe(true);
    await disk.answer();
    expect(disk.text).toBe('a\nb\nc\n');
    await clock.advance(500);
    await disk.answer();
    expect(disk.text).toBe('a\nb\nc\nd\n');
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not wait for its timer when much waits', () => {
    const { disk, file } = stage(1_000_000);
    file.append('x'.repeat(70_000));
    expect(disk.isBusy).toBe(true);
  });

  it('refuses what a slow disk leaves no room for, counting what is being written; what is essential has as much room again', async () => {
    const { clock, disk, file } = stage(20);
    expect(file.append('123456789')).toBe(true);
    await clock.advance(500);
    expect(file.append('123456789')).toBe(true);
    expect(file.append('')).toBe(false);
    expect(file.append('123456789012345678', true)).toBe(true);
    expect(file.append('1', true)).toBe(false);
    await disk.answer();
    expect(file.append('1', true)).toBe(true);
    const closed = file.close();
    await disk.answer();
    await closed;
    expect(disk.text).toBe('123456789\n123456789\n123456789012345678\n1\n');
  });

  it('closes when all is written, once', async () => {
    const { clock, disk, file } = stage();
    file.append('a');
    await clock.advance(500);
    file.append('b');
    let over = false;
    const closed = Promise.all([file.close(), file.close()]).then(() => {
      over = true;
    });
    expect(file.append('c')).toBe(false);
    await disk.answer();
    expect(over).toBe(false);
    expect(file.isWriting).toBe(true);
    await disk.answer();
    await closed;
    expect(file.isWriting).toBe(false);
    expect(disk).toMatchObject({ text: 'a\nb\n', closed: 1 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells of a full disk once, and writes nothing more', async () => {
    const { clock, disk, file, faults } = stage();
    file.append('a');
    await clock.advance(500);
    file.append('b');
    await disk.answer(new Error('no space left'));
    expect(faults).toEqual([new Error('no space left')]);
    expect(file.append('c')).toBe(false);
    await file.close();
    expect(disk).toMatchObject({ text: '', closed: 1 });
    expect(clock.pendingTimers).toBe(0);
  });
});
