import { defineConfig } from 'vitest/config';

/** One project per kind of test, so that `npm test` can run and count them apart. */
const project = (name: string, testTimeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    environment: 'node' as const,
    testTimeout,
    hookTimeout: testTimeout,
  },
});

export default defineConfig({
  test: {
    // Processes, not threads: native code (onnxruntime, sharp) may not outlive a worker thread.
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      project('unit', 20_000),
      project('golden', 60_000),
      // Each starts whole programs; two at once would fight for the cores.
      {
        ...project('integration', 180_000),
        test: { ...project('integration', 180_000).test, fileParallelism: false },
      },
    ],
  },
});
