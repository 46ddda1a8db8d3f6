import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveConfig } from '../../src/config/effective.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { accepted, errorsOf, parse } from './sample.ts';

describe('effectiveConfig', () => {
  it('has the form of the file, all defaults, and *** for logins', () => {
    const config = accepted('mqtt: { username: me, password: pw }\ncameras: { a: { url: "rtsp://u:p@h/x?token=abcdef" }, b: { url: rtsp://h/y } }');
    const shown = effectiveConfig(config);
    expect(shown).toMatchObject({
      mqtt: { username: '***', password: '***', url: 'mqtt://localhost:1883' },
      cameras: {
        a: { url: 'rtsp://h/x?token=***', username: '***', password: '***', rules: { unsafe: { labels: ['Porn', 'Hentai', 'Sexy'] } } },
        b: { username: null, password: null, regions: { full: { crop: null } } },
      },
    });
    expect(JSON.parse(JSON.stringify(shown))).toEqual(shown);
  });

  it('is a configuration again, but for the logins', () => {
    const config = accepted('engine: { threads: 3 }\ncameras: { a: { url: rtsp://h/x, regions: { z: { crop: [0, 0, 1, 0.5] }, full: } } }');
    expect(accepted(JSON.stringify(effectiveConfig(config)))).toEqual(config);
  });
});

/** Long and odd enough not to occur by chance. */
const needle = fc.string({ unit: fc.constantFrom(...Array.from('@:/#?%&=+ "\'\\{}[]!*|<>aZ9äß水🔑')), minLength: 8, maxLength: 24 });
const secret = needle.map((text) => `Q7${text}7Q`);

describe('a secret', () => {
  it('is in no printed configuration and in no message, whatever it is and however it is given', () => {
    fc.assert(
      fc.property(secret, secret, fc.constantFrom('key', 'env', 'url', 'broken url', 'wrong key', 'flow'), (user, password, way) => {
        const camera: Record<string, unknown> = { url: 'rtsp://h/x', username: user, password };
        const encoded = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
        if (way === 'env') Object.assign(camera, { username: '$' + '{U}', password: '$' + '{P}' });
        if (way === 'url') Object.assign(camera, { url: `rtsp://${encoded}@h/x`, username: null, password: null });
        if (way === 'broken url') Object.assign(camera, { url: `rtsp://${user}:${password}@h/x` });
        if (way === 'wrong key') Object.assign(camera, { pasword: password, transport: 5, motion: password });
        const values = { mqtt: { username: user, password }, cameras: { a: camera } };
        const escaped = (value: unknown): unknown => (way === 'env' ? value : JSON.parse(JSON.stringify(value).replaceAll('${', '$$${')));
        for (const extra of [{}, { colour: 'red', http: { port: 'x' } }]) {
          const file = JSON.stringify(escaped({ ...values, ...extra }));
          const text = way === 'flow' ? file.replace('"a":', '"a": !tag ') : file;
          const result = parse(text, { env: { U: user, P: password } });
          const printed = result.ok
            ? [
                JSON.stringify(effectiveConfig(result.config)),
                inspect(effectiveConfig(result.config), { depth: 9 }),
                ...result.warnings.map(formatProblem),
              ]
            : result.errors.map(formatProblem);
          for (const form of [password, user, encodeURIComponent(password), JSON.stringify(password).slice(1, -1)]) {
            expect(printed.join('\n').includes(form), `${way}: ${form}`).toBe(false);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is found by this test when it is printed', () => {
    expect(errorsOf('cameras: { a: { url: rtsp://h/x, transport: Q7needle7Q } }').join('')).toContain('Q7needle7Q');
  });
});
