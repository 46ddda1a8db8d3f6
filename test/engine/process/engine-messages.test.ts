import { describe, expect, it } from 'vitest';
import { errorFromHead, errorToHead } from '../../../src/engine/process/engine-messages.ts';
import { FramewatchError } from '../../../src/util/errors.ts';

describe('errors on the pipe', () => {
  it('arrive with their code and message', () => {
    const error = errorFromHead(errorToHead(new FramewatchError('MODEL_HASH_MISMATCH', 'a byte was flipped'), 'INTERNAL'));
    expect(error).toMatchObject({ code: 'MODEL_HASH_MISMATCH', message: 'a byte was flipped' });
  });

  it('get the given code when they have none', () => {
    expect(errorToHead(new TypeError('oops'), 'ENGINE_INFERENCE_FAILED')).toEqual({ code: 'ENGINE_INFERENCE_FAILED', message: 'oops' });
  });

  it.each([null, {}, { code: 'NO_SUCH_CODE', message: 1 }, 'text'])('are a protocol error when they make no sense: %j', (head) => {
    expect(errorFromHead(head).code).toBe('ENGINE_PROTOCOL');
  });
});
