import { afterEach, describe, expect, it, vi } from 'vitest';

import { engineEnvironment } from '../../../main/services/engine-environment.js';

describe.runIf(process.platform === 'linux')('the environment of the engine', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('has memory given back by which a released network was held', () => {
    const { MALLOC_MMAP_THRESHOLD_, MALLOC_TRIM_THRESHOLD_ } = engineEnvironment();
    expect(Number(MALLOC_MMAP_THRESHOLD_)).toBeLessThan(16 * 2 ** 20);
    expect(Number(MALLOC_TRIM_THRESHOLD_)).toBeGreaterThan(Number(MALLOC_MMAP_THRESHOLD_));
  });

  it('leaves what a person has set, and the rest, as it is', () => {
    vi.stubEnv('MALLOC_MMAP_THRESHOLD_', '4096');
    vi.stubEnv('NATIVA_TEST', 'here');
    expect(engineEnvironment()).toMatchObject({
      MALLOC_MMAP_THRESHOLD_: '4096',
      NATIVA_TEST: 'here',
    });
  });
});
