import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/util/redactor.ts';

describe('Redactor', () => {
  it('finds a known secret in every disguise, inside any text', () => {
    const secretText = fc.string({ minLength: 4, maxLength: 30, unit: 'grapheme' });
    fc.assert(
      fc.property(secretText, fc.string(), fc.string(), (secret, before, after) => {
        const redactor = new Redactor();
        redactor.add(secret, 'viewer');
        for (const form of [secret, encodeURIComponent(secret), Buffer.from(`viewer:${secret}`).toString('base64')]) {
          // Text around it may complete or contain the needle itself; only what is left of the middle counts.
          const clean = redactor.redact(`${before} ${form} ${after}`);
          if (!before.includes(secret) && !after.includes(secret) && !'***'.includes(secret)) expect(clean.replaceAll('***', '')).not.toContain(form);
        }
      }),
    );
  });

  it('blanks credentials that nobody registered', () => {
    const redactor = new Redactor();
    expect(redactor.redact('open rtsp://viewer:p@ss:w/ord@10.0.0.1/x failed')).not.toContain('viewer');
    expect(redactor.redact('rtsp://u:secret@host:554/stream')).toBe('rtsp://***@host:554/stream');
    expect(redactor.redact('http://host/cgi?user=adm&pwd=hunter2&channel=1')).toBe('http://host/cgi?user=***&pwd=***&channel=1');
  });

  it('leaves ordinary text alone', () => {
    const text = 'front_door: 25 frames/s at rtsp://10.0.0.1:554/stream1 since 06:11';
    expect(new Redactor().redact(text)).toBe(text);
  });

  it('blanks the longest known secret first, so that none shows its tail', () => {
    const redactor = new Redactor();
    redactor.add('hunter2');
    redactor.add('hunter2-and-more');
    expect(redactor.redact('x hunter2-and-more y')).toBe('x *** y');
  });
});
