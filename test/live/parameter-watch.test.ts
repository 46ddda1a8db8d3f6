import { describe, expect, it } from 'vitest';
import { ParameterWatch } from '../../src/live/parameter-watch.ts';
import { fragment, words } from './mp4.ts';

const unit = (...bytes: readonly number[]) => Buffer.concat([words(bytes.length), Buffer.from(bytes)]);
const picture = unit(0x65, 1, 2, 3);
const withParameters = (...bytes: readonly number[]) => fragment(true, Buffer.concat([unit(0x09, 0xf0), unit(...bytes), picture]));

describe('ParameterWatch', () => {
  it('sees other parameters, and only others', () => {
    const watch = new ParameterWatch('avc1');
    const [first, same, other] = [withParameters(0x67, 1), withParameters(0x67, 1), withParameters(0x67, 2)];
    expect([first, same, fragment(true, picture), same, other, other].map((one) => watch.hasChanged(one))).toEqual([
      ...[false, false, false, false, true, false],
    ]);
  });

  it('reads H.265', () => {
    const watch = new ParameterWatch('hvc1');
    expect([withParameters(0x42, 1), withParameters(0x67, 9), withParameters(0x42, 2)].map((one) => watch.hasChanged(one))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('does not trip over what is no such stream', () => {
    const watch = new ParameterWatch('avc1');
    expect(watch.hasChanged(fragment(true, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x65])))).toBe(false);
    expect(watch.hasChanged(fragment(true, words(0, 0, 0)))).toBe(false);
    expect(new ParameterWatch('mp4v').hasChanged(withParameters(0x67, 1))).toBe(false);
  });
});
