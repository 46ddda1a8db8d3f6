import { describe, expect, it } from 'vitest';
import { stderrLogger } from '../../src/cli/stderr-logger.ts';

describe('stderrLogger', () => {
  it('says warnings and errors in one sentence each, with the reason, and nothing else', () => {
    const lines: string[] = [];
    const log = stderrLogger((line) => lines.push(line)).child({ camera: 'a' });
    log.debug({}, 'no');
    log.info({}, 'no');
    log.warn({ fallback: 'no GPU' }, 'the engine does not run as asked');
    log.warn({ reason: 'too small' }, 'a frame cannot be classified');
    log.error({ err: new Error('killed') }, 'the engine is gone');
    log.error({ batch: 7 }, 'odd');
    expect(lines).toEqual([
      'framewatch: warning: the engine does not run as asked: no GPU',
      'framewatch: warning: a frame cannot be classified: too small',
      'framewatch: warning: the engine is gone: killed',
      'framewatch: warning: odd',
    ]);
  });
});
