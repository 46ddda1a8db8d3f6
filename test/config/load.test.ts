import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findConfigFile, loadConfig } from '../../src/config/load.ts';
import type { ConfigResult } from '../../src/config/parse.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { Redactor } from '../../src/util/redactor.ts';
import { MODEL } from './sample.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'framewatch-load-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(content: string | Uint8Array, mode = 0o600): ConfigResult {
  const file = join(folder, 'f.yaml');
  writeFileSync(file, content);
  chmodSync(file, mode);
  return loadConfig({ file: 'f.yaml', cwd: folder, env: {}, packageRoot: '/opt/fw', modelFacts: () => MODEL, redactor: new Redactor() });
}

describe('loadConfig', () => {
  it('reads a file; relative paths start at its folder', () => {
    expect(load('stateDir: s\ncameras: { a: { url: rtsp://h/x } }')).toMatchObject({
      ok: true,
      config: { file: join(folder, 'f.yaml'), stateDir: join(folder, 's'), cameras: [{ id: 'a' }] },
      warnings: [],
    });
  });

  it('names the file in every message', () => {
    const result = load('a: 1\n');
    expect(result.ok ? [] : result.errors.map(formatProblem)[0]).toContain(`${join(folder, 'f.yaml')}:1:1: a: unknown key "a"`);
  });

  it('has codes for a missing file, a folder, a file that is too large, and one that is no text', () => {
    const missing = loadConfig({ file: 'none.yaml', cwd: folder, env: {}, packageRoot: '/', modelFacts: () => MODEL, redactor: new Redactor() });
    expect(missing).toMatchObject({ ok: false, errors: [{ code: 'CONFIG_NOT_FOUND', line: null, file: join(folder, 'none.yaml') }] });
    const directory = loadConfig({ file: '.', cwd: folder, env: {}, packageRoot: '/', modelFacts: () => MODEL, redactor: new Redactor() });
    expect(directory).toMatchObject({ ok: false, errors: [{ code: 'CONFIG_NOT_FOUND' }] });
    expect(load('#'.repeat(1024 * 1024 + 1))).toMatchObject({ ok: false, errors: [{ code: 'CONFIG_TOO_LARGE' }] });
    expect(load('x'.repeat(10 * 1024 * 1024))).toMatchObject({ ok: false, errors: [{ code: 'CONFIG_TOO_LARGE' }] });
    expect(load('#'.repeat(1024 * 1024))).toMatchObject({ ok: true });
    expect(load(Uint8Array.of(0x61, 0xff, 0xfe))).toMatchObject({ ok: false, errors: [{ code: 'CONFIG_INVALID', line: null }] });
  });

  it('warns of a password in a file that everybody can read, and only then', () => {
    const text = 'cameras: { a: { url: rtsp://h/x, password: abcdef, username: u } }';
    expect(load(text, 0o644)).toMatchObject({ ok: true, warnings: [{ path: 'cameras.a.password', line: 1, column: 44 }] });
    expect(load(text, 0o640)).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('what only the start would miss', () => {
  it('is missed with its place: certificates and keys that cannot be read', () => {
    const text = 'mqtt: { url: "mqtts://h", ca: not-there.pem }\nhttp: { tls: { cert: a.pem, key: b.pem } }\ncameras: { a: { url: rtsp://h/x } }';
    const result = load(text, 0o640);
    expect(result.ok ? [] : result.errors.map(({ code, path, line }) => [code, path, line])).toEqual([
      ['SECRET_UNREADABLE', 'mqtt.ca', 1],
      ['SECRET_UNREADABLE', 'http.tls.cert', 2],
      ['SECRET_UNREADABLE', 'http.tls.key', 2],
    ]);
  });

  it('is told: a password that nothing would use', () => {
    expect(load('cameras: { a: { url: rtsp://h/x, password: abcdef } }', 0o640)).toMatchObject({
      ok: true,
      warnings: [{ path: 'cameras.a.password', message: 'a password without a user name is not used' }],
    });
  });
});

describe('findConfigFile', () => {
  it('follows the flag, the variable, the folder, in this order', () => {
    const env = { FRAMEWATCH_CONFIG: 'b.yaml' };
    expect(findConfigFile({ flag: 'a.yaml', env, cwd: folder })).toEqual({ ok: true, file: join(folder, 'a.yaml') });
    expect(findConfigFile({ env, cwd: folder })).toEqual({ ok: true, file: join(folder, 'b.yaml') });
    mkdirSync(join(folder, 'config'));
    writeFileSync(join(folder, 'config', 'framewatch.yaml'), '');
    expect(findConfigFile({ env: { FRAMEWATCH_CONFIG: '' }, cwd: folder })).toEqual({ ok: true, file: join(folder, 'config', 'framewatch.yaml') });
  });

  it('says where it looked', () => {
    const found = findConfigFile({ env: {}, cwd: folder });
    if (!found.ok)
      expect(formatProblem(found.error)).toContain(`neither ${join(folder, 'config', 'framewatch.yaml')} nor /etc/framewatch/framewatch.yaml`);
    else expect(found.file).toBe('/etc/framewatch/framewatch.yaml');
  });
});
