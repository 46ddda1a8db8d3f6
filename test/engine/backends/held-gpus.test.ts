import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { heldGpus } from '../../../src/engine/backends/held-gpus.ts';

function descriptorsOf(files: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-descriptors-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [index, file] of files.entries()) symlinkSync(file, path.join(folder, String(index)));
  return folder;
}

it('sees the nodes of real GPUs, each once', () => {
  const open = ['/dev/null', '/dev/nvidiactl', '/dev/nvidia0', '/dev/nvidia0', '/dev/dri/renderD128', '/dev/kfd', '/dev/dxg', 'socket:[1234]'];
  expect(heldGpus(descriptorsOf(open))).toEqual(['/dev/dri/renderD128', '/dev/dxg', '/dev/kfd', '/dev/nvidia0']);
});

it('takes nothing else for one', () => {
  const open = ['/dev/nvidiactl', '/dev/nvidia-uvm', '/dev/dri/card0', '/tmp/dev/nvidia0', '/dev/udmabuf', '/memfd:swiftshader (deleted)'];
  expect(heldGpus(descriptorsOf(open))).toEqual([]);
});

it('passes over a descriptor that is gone when it is looked at', () => {
  const folder = descriptorsOf(['/dev/nvidia1']);
  // No link, so reading it fails as for one that was closed.
  mkdirSync(path.join(folder, '7'));
  expect(heldGpus(folder)).toEqual(['/dev/nvidia1']);
});

it.skipIf(process.platform !== 'linux')('reads the real ones of this process', () => {
  expect(heldGpus()).toEqual(expect.any(Array));
});
