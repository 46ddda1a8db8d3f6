import { describe, expect, it } from 'vitest';
import { counted, percent } from '../../src/classify/figures.ts';

describe('counted', () => {
  it('groups thousands', () => {
    expect([0, 999, 1234, 1_234_567].map(counted)).toEqual(['0', '999', '1,234', '1,234,567']);
  });
});

describe('percent', () => {
  it('never shows what is there as nothing', () => {
    expect([0, 0.0001, 0.001, 0.8214, 1].map(percent)).toEqual(['0.0 %', '< 0.1 %', '0.1 %', '82.1 %', '100.0 %']);
  });
});
