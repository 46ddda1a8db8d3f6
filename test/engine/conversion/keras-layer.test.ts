import { describe, expect, it } from 'vitest';
import { LayerConfig } from '../../../src/engine/conversion/keras-layer.ts';

describe('LayerConfig', () => {
  const config = new LayerConfig('conv', { strides: 2, padding: 7, pool_size: [3, 4] });

  it('takes one number for a height and a width', () => {
    expect(config.pair('strides')).toEqual([2, 2]);
    expect(config.pair('pool_size')).toEqual([3, 4]);
    expect(config.pair('dilation_rate', [1, 1])).toEqual([1, 1]);
  });

  it('names layer and key of what is wrong', () => {
    expect(() => config.text('padding')).toThrow('layer conv: padding is 7; a text was expected');
    expect(() => config.number('absent')).toThrow('layer conv: absent is undefined; a number was expected');
  });
});
