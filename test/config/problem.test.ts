import { describe, expect, it } from 'vitest';
import { Findings, formatProblem, type Problem } from '../../src/config/problem.ts';

const problem: Problem = {
  code: 'CONFIG_INVALID',
  file: 'a.yaml',
  line: 3,
  column: 5,
  path: 'http.port',
  message: 'is too large',
  suggestion: 'at most 65535',
};

describe('formatProblem', () => {
  it('is FILE:LINE:COL: PATH: what is wrong (what would be right)', () => {
    expect(formatProblem(problem)).toBe('a.yaml:3:5: http.port: is too large (at most 65535)');
    expect(formatProblem({ ...problem, suggestion: null, path: '' })).toBe('a.yaml:3:5: is too large');
    expect(formatProblem({ ...problem, line: null, column: null, path: '' })).toBe('a.yaml: is too large (at most 65535)');
  });
});

describe('Findings', () => {
  it('gives the first hundred of very many, and the number of the others', () => {
    const findings = new Findings();
    for (let line = 250; line > 0; line--) findings.error({ path: '', line, column: 1 }, 'x');
    const errors = findings.errors('f', (text) => text).map(formatProblem);
    expect([errors.length, errors[99], errors[100]]).toEqual([101, 'f:100:1: x', 'f:101:1: and 150 more from here on']);
  });

  it('orders by place, reports the same once, and cleans every text', () => {
    const findings = new Findings();
    const place = (line: number, column: number) => ({ path: 'p.hunter2', line, column });
    findings.error(place(9, 1), 'b');
    findings.error(place(2, 7), 'a hunter2', 'not hunter2');
    findings.error(place(2, 3), 'c');
    findings.error(place(9, 1), 'b');
    findings.warn(place(1, 1), 'w');
    const clean = (text: string) => text.replaceAll('hunter2', '***');
    expect(findings.errors('f', clean).map(formatProblem)).toEqual(['f:2:3: p.***: c', 'f:2:7: p.***: a *** (not ***)', 'f:9:1: p.***: b']);
    expect(findings.warnings('f', clean).map(formatProblem)).toEqual(['f:1:1: p.***: w']);
    expect(findings.failed).toBe(true);
    expect(new Findings().failed).toBe(false);
  });
});
