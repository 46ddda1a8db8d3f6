// @ts-nocheck It imports from dist/, which need not be there when types are checked.
// An engine process without a network: the real process code of dist/ with a backend that does what the pictures tell it.
// `init.model` is JSON (PuppetSettings below); the first byte of a picture is its command, see COMMANDS in puppet-commands.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { serveEngine } from '../../dist/engine/process/engine-process.js';
import { FramewatchError } from '../../dist/util/errors.js';

const LABELS = ['a', 'b', 'c', 'd', 'e'];

serveEngine(async (init) => {
  const settings = {
    inputSize: 8,
    msPerBatch: 0,
    msPerPicture: 0,
    outOfMemoryAt: Infinity,
    prepareOutOfMemoryAt: Infinity,
    ...JSON.parse(init.model),
  };
  process.stderr.write('the puppet opens\n');
  process.stdout.write('native libraries print here, too\n');
  const starts = settings.countFile ? countStart(settings.countFile) : 1;
  if (settings.failOpen && starts >= (settings.failFromStart ?? 1)) throw new FramewatchError(settings.failOpen, 'the puppet was told to fail');
  if (settings.crashOpen && starts <= settings.crashOpen) process.exit(3);
  if (settings.hangOpen) block(1e9);
  const pictureBytes = settings.inputSize ** 2 * 3;
  const prepared = new Set();
  let isPoisoned = false;
  const backend = {
    name: 'wasm',
    device: 'cpu',
    precision: 'float32',
    threads: 1,
    async prepare(size) {
      if (size >= settings.prepareOutOfMemoryAt) throw new FramewatchError('ENGINE_OUT_OF_MEMORY', `no memory to prepare ${size} pictures`);
      prepared.add(size);
    },
    async run(pixels, size) {
      if (!prepared.has(size)) throw new Error(`nobody prepared for ${size} pictures`);
      if (size >= settings.outOfMemoryAt) throw new FramewatchError('ENGINE_OUT_OF_MEMORY', `no memory for ${size} pictures`);
      const commands = Array.from({ length: size }, (_, row) => pixels[row * pictureBytes]);
      const ms = settings.msPerBatch + settings.msPerPicture * size;
      if (ms > 0) block(ms);
      // A device that is lost: whatever comes afterwards fails, until the process is another one.
      isPoisoned ||= commands.includes(208);
      if (isPoisoned) throw new Error('CUDA failure 700: an illegal memory access was encountered');
      if (commands.includes(201)) throw new Error('a picture that cannot be classified');
      if (commands.includes(204)) throw new FramewatchError('ENGINE_OUT_OF_MEMORY', 'memory ended');
      if (commands.includes(205)) block(1e9);
      if (commands.includes(206)) process.kill(process.pid, 'SIGSEGV');
      if (commands.includes(207)) process.exit(7);
      const probabilities = new Float32Array(size * LABELS.length);
      commands.forEach((command, row) => {
        probabilities[row * LABELS.length + (command % LABELS.length)] = command === 202 ? Number.NaN : 1;
      });
      const features = init.features
        ? Float32Array.from({ length: size * 4 }, (_, index) => commands[Math.floor(index / 4)] + (index % 4) / 10)
        : null;
      return { probabilities: commands.includes(203) ? probabilities.subarray(1) : probabilities, features };
    },
    async close() {},
  };
  return {
    model: {
      name: 'puppet',
      sha256: '0'.repeat(64),
      labels: LABELS,
      inputSize: settings.inputSize,
      fit: 'stretch',
      featureSize: init.features ? 4 : null,
    },
    backend,
    fallback: settings.fallback ?? null,
    selfTestKind: 'golden',
    async selfTest(observed, size) {
      if (size === settings.selfTestFailsAt) throw new FramewatchError('MODEL_SELF_TEST_FAILED', `a batch of ${size} is wrong`);
      await observed.run(new Uint8Array(size * pictureBytes), size);
    },
  };
});

/** As a native call does: nothing else happens in this thread meanwhile. */
function block(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** How often a process with this file was started, this one included. */
function countStart(file) {
  let count = 1;
  try {
    count = Number(readFileSync(file, 'utf8')) + 1;
  } catch {}
  writeFileSync(file, String(count));
  return count;
}
