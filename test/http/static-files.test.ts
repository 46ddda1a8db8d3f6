import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { filesNamedBy, loadStaticFiles } from '../../src/http/static-files.ts';

describe('loadStaticFiles', () => {
  it('maps the known kinds by their path, and nothing else', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'framewatch-static-'));
    await mkdir(path.join(folder, 'assets'));
    for (const name of ['index.html', 'main.js', 'main.js.map', 'secret.txt', 'assets/a.css']) await writeFile(path.join(folder, name), name);
    const files = await loadStaticFiles(folder);
    expect([...files.keys()].sort()).toEqual(['/assets/a.css', '/index.html', '/main.js']);
    expect(files.get('/main.js')?.type).toContain('javascript');
    // So small a file only grows.
    expect(files.get('/main.js')?.gzip).toBeNull();
    expect(files.get('/main.js')?.etag).not.toBe(files.get('/index.html')?.etag);
    await rm(folder, { recursive: true });
  });

  it('knows by its name what never changes', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'framewatch-static-'));
    await mkdir(path.join(folder, 'assets'));
    for (const name of ['index.html', 'favicon.svg', 'assets/index-B4rR6Z_y.js', 'assets/index-Dk-z0egU.css', 'assets/plain.js'])
      await writeFile(path.join(folder, name), name.repeat(50));
    const files = await loadStaticFiles(folder);
    const plain = files.get('/index.html');
    expect(gunzipSync(plain?.gzip ?? '')).toEqual(Buffer.from(plain?.body ?? ''));
    const immutable = [...files].filter(([, file]) => file.immutable).map(([name]) => name);
    expect(immutable.sort()).toEqual(['/assets/index-B4rR6Z_y.js', '/assets/index-Dk-z0egU.css']);
    await rm(folder, { recursive: true });
  });

  it('is empty when nothing was built', async () => {
    expect((await loadStaticFiles('/nonexistent/folder')).size).toBe(0);
  });
});

describe('filesNamedBy', () => {
  it('gives the files of a page that there are', () => {
    const file = (text: string) => ({ type: '', etag: '', immutable: false, gzip: null, body: Uint8Array.from(Buffer.from(text)) });
    const page = file('<link href="/a.css"><script src="/b.js"></script><img src="/favicon.svg"><a href="/etc/passwd"><a href="https://x/c.js">');
    const files = new Map(['/a.css', '/b.js', '/c.js', '/favicon.svg'].map((name) => [name, file('')] as const));
    expect([...filesNamedBy(page, files)]).toEqual(['/a.css', '/b.js', '/favicon.svg']);
    expect(filesNamedBy(undefined, files).size).toBe(0);
  });
});
