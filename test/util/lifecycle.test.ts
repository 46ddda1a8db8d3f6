import { describe, expect, it } from 'vitest';
import { CloseStack } from '../../src/util/lifecycle.ts';

const never = () => new Promise<void>(() => undefined);
const noting = (order: string[], name: string) => () => {
  order.push(name);
  return Promise.resolve();
};

describe('CloseStack', () => {
  it('closes newest first, goes on after a failure, and says what failed', async () => {
    const order: string[] = [];
    const stack = new CloseStack({ eachMs: 1000, totalMs: 5000 });
    stack.push('first', noting(order, 'first'));
    stack.push('broken', () => Promise.reject(new Error('no')));
    stack.push('throws', () => {
      throw new Error('at once');
    });
    stack.push('last', noting(order, 'last'));
    const failures = await stack.close();
    expect(order).toEqual(['last', 'first']);
    expect(failures.map((failure) => failure.name)).toEqual(['throws', 'broken']);
  });

  it('is idempotent, and does not wait for ever', async () => {
    const order: string[] = [];
    const stack = new CloseStack({ eachMs: 5, totalMs: 1000 });
    stack.push('counted', noting(order, 'counted'));
    stack.push('stuck', never);
    const [first, second] = await Promise.all([stack.close(), stack.close()]);
    expect(order).toEqual(['counted']);
    expect(second).toBe(first);
    expect(String(first[0]?.error)).toContain('did not close within 5 ms');
  });

  it('keeps to the limit of all together, and still closes each', async () => {
    const order: string[] = [];
    const stack = new CloseStack({ eachMs: 60_000, totalMs: 20 });
    stack.push('first', noting(order, 'first'));
    for (const name of ['a', 'b']) stack.push(name, never);
    const failures = await stack.close();
    expect(failures.map(({ name }) => name)).toEqual(['b', 'a']);
    expect(String(failures[1]?.error)).toContain('did not close within 100 ms');
    expect(order).toEqual(['first']);
  });

  it('closes at once what comes too late', async () => {
    const order: string[] = [];
    const stack = new CloseStack({ eachMs: 1000, totalMs: 1000 });
    await stack.close();
    stack.push('late', noting(order, 'late'));
    expect(order).toEqual(['late']);
  });
});
