import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/**
 * One project per kind of test, so that `npm test` can run and count them apart. Time limits are
 * there to end what hangs: some ten times what a test takes on two idle cores, for many are not idle.
 */
const project = (name: string, testTimeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    environment: 'node' as const,
    testTimeout,
    hookTimeout: testTimeout,
  },
});

/** Specs of the studio that measure how long something takes, or what it holds. */
const ALONE = ['large', 'heavy', 'everyone'].map((name) => `test/e2e/${name}.test.ts`);
/** The engine's process: how soon it answers, and what memory it takes. */
const ENGINE = ['test/integration/engine/*.test.ts'];

export default defineConfig({
  test: {
    // Processes, not threads: native code (onnxruntime, sharp) may not outlive a worker thread.
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      // The page's state is written in runes, which are compiled.
      { ...project('unit', 120_000), plugins: [svelte({ configFile: false })] },
      project('golden', 180_000),
      // A browser on a machine that is not idle may miss a key, so there is a second try, and it is
      // told. What is measured in some files is so only while nothing else runs: they come last.
      {
        test: { ...project('e2e', 300_000).test, retry: 1, exclude: ALONE },
      },
      {
        test: {
          ...project('e2e', 300_000).test,
          name: 'e2e-alone',
          include: ALONE,
          retry: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...project('integration', 600_000).test, exclude: ENGINE } },
      {
        test: {
          ...project('integration', 600_000).test,
          name: 'integration-alone',
          include: ENGINE,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
