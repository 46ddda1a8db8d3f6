import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT, exitCodeOf } from '../../src/cli/exit-code.ts';
import { ERROR_CODES, FramewatchError } from '../../src/util/errors.ts';

describe('exitCodeOf', () => {
  it('agrees with docs/errors.md, which promises 78 for these and only these', () => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8');
    const configSection = text.slice(text.indexOf('## Configuration'), text.indexOf('## ffmpeg'));
    const promised = ERROR_CODES.filter(
      (code) => configSection.includes(`| \`${code}\` |`) || new RegExp(`^\\| \`${code}\` \\|.*exit 78`, 'm').test(text),
    );
    const given = ERROR_CODES.filter((code) => exitCodeOf(new FramewatchError(code, 'x')) === EXIT.config);
    expect(given.toSorted()).toEqual(promised.toSorted());
  });

  it('takes anything unknown for a fault that a restart may cure', () => {
    expect(exitCodeOf(new Error('x'))).toBe(EXIT.fault);
    expect(exitCodeOf('x')).toBe(EXIT.fault);
  });
});
