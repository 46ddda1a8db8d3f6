import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../src/util/atomic-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-atomic-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeFileAtomically', () => {
  it('replaces a file with its mode and leaves nothing beside it, also when many write at once', async () => {
    const file = path.join(folder, 'a.bin');
    writeFileSync(file, 'old');
    const written = Array.from({ length: 8 }, (_, index) => Buffer.alloc(100_000, index));
    await Promise.all(written.map((bytes) => writeFileAtomically(file, bytes, 0o600)));
    expect(written.some((bytes) => bytes.equals(readFileSync(file)))).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.bin']);
  });

  it('writes a file whose name is as long as names may be', async () => {
    for (const name of ['r'.repeat(255), '映'.repeat(85)]) {
      await writeFileAtomically(path.join(folder, name), Buffer.from('new'), 0o600);
      expect(readFileSync(path.join(folder, name), 'utf8')).toBe('new');
    }
  });

  it('leaves the old and no temporary file when it fails', async () => {
    const taken = path.join(folder, 'folder');
    mkdirSync(path.join(taken, 'full'), { recursive: true });
    await expect(writeFileAtomically(taken, Buffer.from('x'), 0o600)).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['folder']);
  });
});
