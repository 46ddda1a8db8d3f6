import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStaticFiles } from '../../src/http/static-files.ts';

describe('loadStaticFiles', () => {
  it('maps the known kinds by their path, and nothing else', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'framewatch-static-'));
    await mkdir(path.join(folder, 'assets'));
    for (const name of ['index.html', 'main.js', 'main.js.map', 'secret.txt', 'assets/a.css']) await writeFile(path.join(folder, name), name);
    const files = await loadStaticFiles(folder);
    expect([...files.keys()].sort()).toEqual(['/assets/a.css', '/index.html', '/main.js']);
    expect(files.get('/main.js')?.type).toContain('javascript');
    expect(files.get('/main.js')?.etag).not.toBe(files.get('/index.html')?.etag);
    await rm(folder, { recursive: true });
  });

  it('is empty when nothing was built', async () => {
    expect((await loadStaticFiles('/nonexistent/folder')).size).toBe(0);
  });
});
