import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOrCreateToken } from '../../src/http/access-token.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'framewatch-token-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('loadOrCreateToken', () => {
  it('writes 32 random bytes on the first run, for the owner alone, and reads them ever after', async () => {
    const file = path.join(folder, 'sub', 'token');
    const first = await loadOrCreateToken(file);
    const second = await loadOrCreateToken(file);
    expect(first.created).toBe(true);
    expect(second.created).toBe(false);
    expect(Buffer.from(first.token.reveal(), 'base64url')).toHaveLength(32);
    expect(second.token.reveal()).toBe(first.token.reveal());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toBe(`${first.token.reveal()}\n`);
  });

  it.each(['', 'short', `${'a'.repeat(30)} ${'b'.repeat(30)}`])('refuses a file with %j', async (content) => {
    const file = path.join(folder, 'token');
    await writeFile(file, content);
    const failure = await loadOrCreateToken(file).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'HTTP_INSECURE' });
    if (content.length > 0) expect(String(failure)).not.toContain(content);
  });

  it('says so when the file can be neither read nor written', async () => {
    await writeFile(path.join(folder, 'file'), '');
    await expect(loadOrCreateToken(folder)).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    await expect(loadOrCreateToken(path.join(folder, 'file', 'token'))).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });
});
