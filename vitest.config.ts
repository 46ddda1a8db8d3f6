import { defineConfig, type ViteUserConfig } from 'vitest/config';

// Two projects: `unit` is the inner loop (seconds, no ports, no children beyond what a unit itself owns);
// `e2e` boots the built command against real cameras and a real broker, one file at a time: the machine is small.
const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: ['test/helpers/global-setup.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/faults/**'],
          environment: 'node',
          testTimeout: 20_000,
          // A process for each of 150 files would cost more than the tests in them; none of them changes anything global.
          isolate: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/dashboard/**'] },
  },
});

export default config;
