import { describe, expect, it } from 'vitest';
import { CloseStack } from '../../src/util/lifecycle.ts';

describe('CloseStack', () => {
  it('closes newest first, goes on after a failure, and says what failed', async () => {
    const order: string[] = [];
    const stack = new CloseStack();
    stack.push('first', async () => void order.push('first'));
    stack.push('broken', () => Promise.reject(new Error('no')));
    stack.push('last', async () => void order.push('last'));
    const failures = await stack.close(1000);
    expect(order).toEqual(['last', 'first']);
    expect(failures.map((failure) => failure.name)).toEqual(['broken']);
  });

  it('is idempotent, and does not wait for ever', async () => {
    let closed = 0;
    const stack = new CloseStack();
    stack.push('counted', async () => {
      closed += 1;
    });
    stack.push('stuck', () => new Promise(() => undefined));
    const [first, second] = await Promise.all([stack.close(5), stack.close(5)]);
    expect(closed).toBe(1);
    expect(second).toBe(first);
    expect(String(first[0]?.error)).toContain('did not close within 5 ms');
  });
});
