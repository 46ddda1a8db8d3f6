import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Redactor } from '../../src/util/redactor.ts';
import { accepted, cameraFile, cameraOf, errorsOf, parse } from './sample.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'framewatch-password-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fromFile(content: string): string | undefined {
  writeFileSync(join(folder, 'secret'), content);
  return cameraOf('url: rtsp://h/x\npasswordFile: secret', { folder }).password?.reveal();
}

describe('readLogin', () => {
  it('reads a password file beside the configuration and drops one trailing line break', () => {
    expect(fromFile('p@ss: #%\n')).toBe('p@ss: #%');
    expect(fromFile('p\r\n')).toBe('p');
    expect(fromFile('p\n\n')).toBe('p\n');
    expect(fromFile(' p ')).toBe(' p ');
  });

  it('reports a file that is missing, empty, a folder or far too large, with its place', () => {
    writeFileSync(join(folder, 'empty'), '\n');
    writeFileSync(join(folder, 'large'), 'x'.repeat(10_000));
    for (const file of ['missing', 'empty', '.', 'large']) {
      const result = parse(cameraFile(`url: rtsp://h/x\npasswordFile: ${file}`), { folder });
      expect(result).toMatchObject({ ok: false, errors: [{ code: 'SECRET_UNREADABLE', line: 4, column: 19, path: 'cameras.door.passwordFile' }] });
    }
  });

  it('refuses password and passwordFile together', () => {
    writeFileSync(join(folder, 'secret'), 'x');
    expect(errorsOf(cameraFile('url: rtsp://h/x\npassword: a\npasswordFile: secret'), { folder })).toEqual([
      '5:19: cameras.door.passwordFile: is given together with password (one of the two)',
    ]);
  });

  it('makes every password known to the redactor, even when the file is refused', () => {
    writeFileSync(join(folder, 'secret'), 'from-the-file');
    const text = `mqtt: { username: me, passwordFile: secret }
cameras:
  a: { url: "rtsp://u:in-the-url@h/x", password: in-the-key }
  b: { url: "http://h/v?user=u&pwd=in-the-query" }
`;
    for (const broken of ['', 'colour: red\n']) {
      const redactor = new Redactor();
      expect(parse(text + broken, { redactor, folder }).ok).toBe(broken === '');
      for (const secret of ['from-the-file', 'in-the-url', 'in-the-key', 'in-the-query', Buffer.from('me:from-the-file').toString('base64')]) {
        expect(redactor.redact(`<${secret}>`)).toBe('<***>');
      }
    }
  });

  it('wraps passwords, for cameras and broker', () => {
    const config = accepted('mqtt: { username: u, password: broker-pw }\ncameras: { a: { url: rtsp://h/x, password: camera-pw } }');
    expect(config.mqtt.password?.reveal()).toBe('broker-pw');
    expect(JSON.stringify(config)).not.toMatch(/broker-pw|camera-pw/);
  });
});
