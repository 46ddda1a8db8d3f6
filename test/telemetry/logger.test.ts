import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/telemetry/logger.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { Redactor } from '../../src/util/redactor.ts';
import { Secret } from '../../src/util/secret.ts';

function capture(format: 'json' | 'pretty' = 'json', level: 'debug' | 'info' | 'warn' | 'error' = 'debug') {
  const redactor = new Redactor();
  let text = '';
  const output = {
    write(more: string) {
      text += more;
    },
    close() {},
  };
  const { logger } = createLog({ level, format }, redactor, output);
  return {
    redactor,
    logger,
    text: () => text,
    lines: () =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('createLog', () => {
  it('writes one JSON object a line, with level, time and fields', () => {
    const { logger, lines } = capture();
    logger.child({ camera: 'yard' }).warn({ tries: 3 }, 'lost');
    expect(lines()).toEqual([{ level: 'warn', time: expect.stringMatching(/^\d{4}-.*Z$/), camera: 'yard', tries: 3, msg: 'lost' }]);
  });

  it('writes for people when asked to', () => {
    const { logger, text } = capture('pretty');
    logger.info({ camera: 'yard' }, 'camera is live');
    expect(text()).toContain('camera is live');
    expect(text()).toContain('INFO');
    expect(text().startsWith('{')).toBe(false);
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = capture('json', 'warn');
    logger.debug({}, 'a');
    logger.info({}, 'b');
    logger.error({}, 'c');
    expect(lines().map(({ msg }) => msg)).toEqual(['c']);
  });

  it('shows errors with code, stack and cause', () => {
    const { logger, lines } = capture();
    logger.error({ err: new FramewatchError('STORE_UNAVAILABLE', 'full', { cause: new Error('ENOSPC') }) }, 'x');
    logger.error(new Error('bare'), 'y');
    expect(lines()[0]?.['err']).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 'full',
      cause: { message: 'ENOSPC' },
      stack: expect.stringContaining('logger.test'),
    });
    expect(lines()[1]?.['err']).toMatchObject({ message: 'bare' });
  });

  it('outlives whatever is logged: cycles, bytes, big numbers, depth', () => {
    const { logger, lines } = capture();
    const cycle: Record<string, unknown> = { secret: new Secret('hunter2'), bytes: new Uint8Array(5000), big: 10n, map: new Map([['k', 1]]) };
    cycle['self'] = cycle;
    logger.info({ cycle, when: new Date(0), bad: Number.NaN, many: Array(500).fill(1) }, 'ok');
    const [line] = lines();
    expect(line).toMatchObject({ when: '1970-01-01T00:00:00.000Z', bad: 'NaN', cycle: { secret: '***', bytes: '[5000 bytes]', big: '10' } });
    expect(line?.['many']).toHaveLength(101);
  });

  it('lets no secret through: in messages, fields, keys, errors, causes, children, URLs, JSON inside strings', () => {
    const secrets = fc.oneof(
      fc.string({ minLength: 6, maxLength: 40, unit: 'binary' }),
      fc.string({ minLength: 6, maxLength: 40 }),
      fc.stringMatching(/^[@:/#?%"\\& {},]{2,5}[a-z0-9"@]{4,20}$/),
    );
    fc.assert(
      fc.property(secrets, fc.constantFrom('json' as const, 'pretty' as const), (secret, format) => {
        // A secret of one repeated character, or one that is a word of every line, can stand there by itself.
        fc.pre(new Set(secret).size >= 4 && !'{"level":"error","time":"msg":"failed hello'.includes(secret));
        const { redactor, logger, text, lines } = capture(format);
        redactor.add(secret, 'viewer');
        const encoded = encodeURIComponent(secret);
        const basic = Buffer.from(`viewer:${secret}`).toString('base64');
        const error = new Error(`failed ${secret}`, { cause: new Error(`rtsp://viewer:${encoded}@host/`) });
        logger.child({ bound: secret }).error({ err: error, nested: { list: [secret, `a${secret}b`], [`key ${secret}`]: basic } }, `hello ${secret}`);
        logger.info({ json: JSON.stringify({ inner: secret }), twice: JSON.stringify(JSON.stringify(secret)) }, JSON.stringify({ secret }));
        const escaped = JSON.stringify(secret).slice(1, -1);
        for (const needle of [secret, encoded, basic, escaped]) expect(text().includes(needle)).toBe(false);
        if (format === 'json') expect(lines().length).toBe(2);
      }),
      { numRuns: 80 },
    );
  });

  it('recognises credentials that nobody told it', () => {
    const { logger, text } = capture();
    logger.error({ url: 'rtsp://bob:unknown-pass@host/x?token=unknown-token' }, 'cannot open http://a:other-pass@b/');
    expect(text()).not.toMatch(/unknown-pass|unknown-token|other-pass/);
  });
});
