import { defineConfig, type ViteUserConfig } from 'vitest/config';

// `unit` is the inner loop: seconds, no ports, no children beyond what a unit itself owns. `unit-longer` are units that take their time.
// The others boot the built command against real cameras and a real broker: `e2e` one file at a time, for they take times, `e2e-sharing` two.
// `faults` take minutes each and run on their own: `npm run test:faults`.

/** Every test starts a process or a thread, and most of the time goes into that; or it plays thousands of worlds. */
const LONGER = [
  'bench/measured-daemon',
  'bench/pipe-camera-main',
  'bench/simulated-fleet',
  'contracts/batching/starvation',
  'demo/clip',
  'demo/h264-bitstream',
  'engine/process/engine-client',
  'engine/process/engine-process',
  'engine/process/engine-supervisor',
  'simulation/clairvoyant',
  'simulation/recorded',
  'store/sqlite-event-store',
  'stream/recording',
].map(testFile);

/** They mostly wait: for cameras that play at their own pace, for limits of many seconds. None measures single ms, so they share the machine. */
const SHARING = [
  'e2e/arrival-trace',
  'e2e/bad-input',
  'e2e/bench',
  'e2e/camera-switch',
  'e2e/classify',
  'e2e/daemon',
  'e2e/dashboard',
  'e2e/dashboard-full',
  'e2e/dashboard-pages',
  'e2e/demo',
  'e2e/demo-cameras',
  'e2e/embedded-broker',
  'e2e/engine-backends',
  'e2e/engine-models',
  'e2e/events-command',
  'e2e/gpu-acceptance',
  'e2e/home-assistant',
  'e2e/int8',
  'e2e/live',
  'e2e/live-browser',
  'e2e/models',
  'e2e/mqtt',
  'e2e/mqtt-access-list',
  'e2e/mqtt-incoming',
  'e2e/mqtt-retained',
  'e2e/stream-kinds',
  'e2e/streams',
  'e2e/strip',
  'e2e/verify-feed',
].map(testFile);

const units = {
  environment: 'node',
  // Of what hangs. Whoever computes a lot has to share the machine with the others.
  testTimeout: 60_000,
  // A process for each of 150 files would cost more than the tests in them; none of them changes anything global.
  isolate: false,
  maxWorkers: '100%',
} as const;

const wholes = {
  environment: 'node',
  globalSetup: ['test/helpers/converted-model.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // Of the tests of one file that may run at the same time, all do.
  maxConcurrency: 20,
};

const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: ['test/helpers/global-setup.ts'],
    projects: [
      { test: { ...units, name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/e2e/**', 'test/faults/**', ...LONGER] } },
      { test: { ...units, name: 'unit-longer', include: LONGER } },
      { test: { ...wholes, name: 'e2e-sharing', include: SHARING, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      {
        test: { ...wholes, name: 'faults', include: ['test/faults/**/*.test.ts'], fileParallelism: false },
      },
      {
        test: { ...wholes, name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: SHARING, fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/dashboard/**'] },
  },
});

export default config;

function testFile(name: string): string {
  return `test/${name}.test.ts`;
}
