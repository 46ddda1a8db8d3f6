import { expect, it } from 'vitest';
import { byteProductsMayOverflow } from '../../../src/engine/backends/byte-products.ts';

it.each([
  ['a CPU with VNNI', 'x64', 'model name\t: A\nflags\t\t: fpu avx2 avx512f avx512_vnni\n', false],
  ['one with its younger form', 'x64', 'flags\t\t: fpu avx2 avx_vnni amx_int8\nbugs\t\t:\n', false],
  ['one with AVX-512 alone', 'x64', 'flags\t\t: fpu avx2 avx512f avx512vnnix\n', true],
  ['one that nobody can ask', 'x64', null, true],
  ['another architecture', 'arm64', null, false],
])('%s', (_what, arch, cpuInfo, may) => {
  expect(byteProductsMayOverflow(arch, cpuInfo)).toBe(may);
});

it('asks this machine without failing', () => expect(typeof byteProductsMayOverflow()).toBe('boolean'));
