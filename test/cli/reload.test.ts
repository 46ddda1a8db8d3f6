import { describe, expect, it } from 'vitest';
import { keysThatNeedRestart } from '../../src/cli/reload.ts';
import type { Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { Redactor } from '../../src/util/redactor.ts';

function config(text: string): Config {
  const modelFacts = () => ({ labels: ['Drawing', 'Neutral'], defaultRules: {} });
  const result = parseConfig(text, { file: null, folder: '/x', env: {}, packageRoot: '/x', cwd: '/x', modelFacts, redactor: new Redactor() });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.config;
}

const CAMERAS = 'cameras: { a: { url: rtsp://h/x } }';
const running = config(`mqtt: { username: u, password: secret1 }\n${CAMERAS}`);

describe('keysThatNeedRestart', () => {
  it.each([
    ['nothing when only cameras changed', 'mqtt: { username: u, password: secret1 }\ncameras: { b: { url: rtsp://h/y } }', []],
    [
      'sections that differ',
      `mqtt: { username: u, password: secret1 }\nhttp: { port: 1234 }\nbatching: { policy: eager }\n${CAMERAS}`,
      ['batching', 'http'],
    ],
    ['a changed password, though both print as ***', `mqtt: { username: u, password: secret2 }\n${CAMERAS}`, ['mqtt']],
    ['a section once', `mqtt: { username: v, password: secret2, baseTopic: other }\n${CAMERAS}`, ['mqtt']],
  ])('names %s', (_what, text, keys) => {
    expect(keysThatNeedRestart(running, config(text)).toSorted()).toEqual(keys);
  });
});
