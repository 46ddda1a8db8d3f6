import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'sequence-mark';
const STEP = 10_000;

/**
 * A number beside the database that no sequence has gone beyond, for the day on which nothing in the database can be read any more: what begins then goes on
 * behind it. Whoever follows events over MQTT knows of no `storeId`, and would take a sequence that comes again for one that he has. Rarely written.
 */
export class SequenceMark {
  readonly #stateDir: string;
  /** Null: not read yet. */
  #mark: number | null = null;

  constructor(stateDir: string) {
    this.#stateDir = stateDir;
  }

  /** No sequence above it was given; 0 when nothing is known. The file is read once: have the lock before. */
  get value(): number {
    this.#mark ??= readMark(join(this.#stateDir, FILE));
    return this.#mark;
  }

  /** Call it with each newest sequence: there are thousands left up to the mark. Never throws: on a disk that is full it is tried again with the next one. */
  cover(sequence: number): void {
    if (sequence + STEP / 2 <= this.value) return;
    const mark = sequence + STEP;
    try {
      writeMark(this.#stateDir, mark);
      this.#mark = mark;
    } catch {
      // The database says itself what is wrong with the disk.
    }
  }
}

function readMark(file: string): number {
  try {
    const mark = Number(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(mark) && mark > 0 ? mark : 0;
  } catch {
    return 0;
  }
}

function writeMark(stateDir: string, mark: number): void {
  const file = join(stateDir, FILE);
  synced(`${file}.tmp`, 'w', (descriptor) => writeSync(descriptor, `${mark}\n`));
  renameSync(`${file}.tmp`, file);
  synced(stateDir, 'r', () => 0);
}

function synced(path: string, flags: string, work: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    work(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
