import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const folder = path.resolve(import.meta.dirname, '../dist/dashboard');
const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');

/** The live view of other than H.264 streams comes on demand, as a file of its own. */
const MOST_GZIP_BYTES = 100 * 1024;

describe('the built dashboard', () => {
  it(`has at most ${MOST_GZIP_BYTES} bytes of JavaScript, compressed`, () => {
    const scripts = names.filter((name) => name.endsWith('.js'));
    const bytes = scripts.reduce((sum, name) => sum + gzipSync(read(name)).length, 0);
    expect(scripts.length).toBeGreaterThanOrEqual(2);
    expect(bytes).toBeLessThanOrEqual(MOST_GZIP_BYTES);
    process.stdout.write(`dashboard: ${bytes} bytes of JavaScript after gzip in ${scripts.length} files\n`);
  });

  it('has neither script nor style in its pages, and names only its own files', () => {
    const pages = names.filter((name) => name.endsWith('.html'));
    expect(pages.sort()).toEqual(['index.html', 'login.html']);
    for (const page of pages) {
      const text = read(page);
      expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/);
      const asked = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target = '']) => target);
      expect(asked.length).toBeGreaterThan(2);
      for (const target of asked) expect(names).toContain(target.replace(/^\//, ''));
    }
    for (const sheet of names.filter((name) => name.endsWith('.css'))) expect(read(sheet)).not.toMatch(/@import|url\((?!"?#)/);
  });

  it('lets the login page stand alone', () => {
    const scripts = [...read('login.html').matchAll(/<(?:script|link)[^>]*(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(([, name = '']) => name);
    expect(scripts).toHaveLength(1);
    expect(read(scripts[0] ?? '')).not.toMatch(/\bimport\b/);
  });
});
