import { readFileSync } from 'node:fs';

/**
 * Whether ONNX Runtime's fastest products of bytes may overflow on this CPU: on x86-64 without VNNI pairs of them are added in 16 bits. Where it cannot be read what the CPU has
 * (other systems than Linux), they may. `cpuInfo`: the text of /proc/cpuinfo, null when there is none.
 */
export function byteProductsMayOverflow(arch: string = process.arch, cpuInfo: string | null = readCpuInfo()): boolean {
  if (arch !== 'x64') return false;
  const flags = /^flags\s*:(.*)$/m.exec(cpuInfo ?? '')?.[1]?.split(' ') ?? [];
  return !flags.includes('avx512_vnni') && !flags.includes('avx_vnni');
}

function readCpuInfo(): string | null {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return null;
  }
}
