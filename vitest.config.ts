import { defineConfig } from 'vitest/config';

const common = {
  testTimeout: 30_000,
  hookTimeout: 120_000,
  pool: 'forks',
  // A state that is waited for comes late where the machine is busy.
  expect: { poll: { timeout: 20_000 } },
} as const;

// Unit tests lie beside the code; everything that needs real parts lies under test/, bench/ and demo/.
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'unit', include: ['src/**/*.test.ts', 'test/imports.test.ts'] } },
      {
        test: {
          ...common,
          name: 'system',
          include: ['test/**/*.test.ts', 'bench/**/*.test.ts', 'demo/**/*.test.ts'],
          exclude: ['test/imports.test.ts'],
          // Servers and agents of two files at once fill two cores.
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
