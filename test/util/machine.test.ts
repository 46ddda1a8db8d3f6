import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { machineName } from '../../src/util/machine.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

describe('machineName', () => {
  it('names the processor and how many of it, the same each time', () => {
    const folder = temporaryDirectory();
    expect(machineName(join(folder, 'none'))).toMatch(/^\S.* × \d+$/);
    expect(machineName(join(folder, 'none'))).toBe(machineName(join(folder, 'none')));
  });

  it('names the GPUs that the driver shows', () => {
    const folder = temporaryDirectory();
    for (const [bus, text] of [
      ['0000:02:00.0', 'Model: \t\t NVIDIA RTX A2000\nIRQ: 1\n'],
      ['0000:01:00.0', 'Model: \t\t NVIDIA H100 PCIe\nIRQ: 2\n'],
    ] as const) {
      mkdirSync(join(folder, bus));
      writeFileSync(join(folder, bus, 'information'), text);
    }
    expect(machineName(folder)).toMatch(/ × \d+ \+ NVIDIA H100 PCIe \+ NVIDIA RTX A2000$/);
  });
});
