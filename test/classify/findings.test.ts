import { describe, expect, it } from 'vitest';
import { noFindings } from '../../src/classify/findings.ts';
import { FramewatchError } from '../../src/util/errors.ts';

describe('noFindings', () => {
  it('says why, where it is the fault of the file', () => {
    expect(noFindings('a', new FramewatchError('RECORDING_NO_VIDEO', 'has no video'))).toMatchObject({
      ...{ file: 'a', judged: 0, complete: false, error: { code: 'RECORDING_NO_VIDEO', message: 'has no video' } },
    });
    expect(noFindings('a', null).error).toBeNull();
  });
});
