import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SequenceMark } from '../../src/store/sequence-mark.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

describe('SequenceMark', () => {
  it('is above every sequence, over restarts, and written once in thousands', () => {
    const stateDir = temporaryDirectory();
    const mark = new SequenceMark(stateDir);
    expect(mark.value).toBe(0);
    const written = new Set<string>();
    for (let sequence = 0; sequence <= 20_000; sequence++) {
      mark.cover(sequence);
      written.add(readFileSync(join(stateDir, 'sequence-mark'), 'utf8'));
      expect(mark.value).toBeGreaterThan(sequence + 1_000);
    }
    expect(written.size).toBe(4);
    expect(new SequenceMark(stateDir).value).toBe(mark.value);
  });

  it('knows nothing when its file is nonsense', () => {
    const stateDir = temporaryDirectory();
    for (const text of ['', 'x', '-5', '1e300', '12 13']) {
      writeFileSync(join(stateDir, 'sequence-mark'), text);
      expect(new SequenceMark(stateDir).value).toBe(0);
    }
  });

  it('goes on when it cannot be written, and tries again', () => {
    const stateDir = temporaryDirectory();
    const mark = new SequenceMark(stateDir);
    // A folder where the file should be written stops root, too.
    const stop = join(stateDir, 'sequence-mark.tmp');
    mkdirSync(stop);
    mark.cover(1);
    expect(mark.value).toBe(0);
    rmSync(stop, { recursive: true });
    mark.cover(2);
    expect(mark.value).toBe(10_002);
  });
});
