import { join } from 'node:path';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { importDirection } from '../../../tools/eslint/import-direction.js';

const root = process.cwd();

function problems(file: string, code: string): string[] {
  const linter = new Linter({ cwd: root });
  const messages = linter.verify(
    code,
    [
      {
        files: ['**/*.ts'],
        languageOptions: { parser: tseslint.parser },
        plugins: { nativa: { rules: { 'import-direction': importDirection } } },
        rules: { 'nativa/import-direction': ['error', { root }] },
      },
    ],
    { filename: join(root, file) },
  );
  return messages.map(({ message }) => message);
}

describe('import-direction', () => {
  it.each([
    ['main/hosts/cli/a.ts', `import { x } from '../../services/models.js';`],
    ['main/hosts/cli/a.ts', `import type { X } from '../../engine/request.js';`],
    ['main/services/a.ts', `import { Engine } from '../engine/client.js';`],
    ['main/services/a.ts', `import { settingsSchema } from '../../preload/contract.js';`],
    ['main/hosts/browser/a.ts', `import { REQUESTS } from '../../../preload/contract.js';`],
    ['main/engine/a.ts', `import { loadBundle } from '../../native-models/bundle/index.js';`],
    ['main/engine/runtime/session.ts', `import { InferenceSession } from 'onnxruntime-node';`],
    ['main/engine/tokens/decoder.ts', `import type { Tensor } from 'onnxruntime-node';`],
    ['main/start.ts', `const host = await import('./hosts/cli.js');`],
    ['native-models/graphs/a.ts', `import { readFile } from 'node:fs/promises';`],
  ])('allows %s: %s', (file, code) => {
    expect(problems(file, code)).toEqual([]);
  });

  it.each([
    ['native-models/graphs/a.ts', `import { x } from '../../main/engine/rng.js';`],
    ['native-models/graphs/a.ts', `import type { X } from '../../main/engine/request.js';`],
    ['main/engine/a.ts', `import { x } from '../services/models.js';`],
    ['main/engine/a.ts', `import { REQUESTS } from '../../preload/contract.js';`],
    ['main/services/a.ts', `import { Layer } from '../../renderer/document/types.js';`],
    ['main/engine/a.ts', `export * from '../hosts/cli.js';`],
    ['main/services/a.ts', `import { x } from '../hosts/cli.js';`],
    ['main/hosts/cli/a.ts', `import { Engine } from '../../engine/client.js';`],
    ['main/hosts/cli/a.ts', `const engine = await import('../../engine/client.js');`],
    ['main/start.ts', `import { x } from './services/models.js';`],
    ['main/engine/tokens/decoder.ts', `import { InferenceSession } from 'onnxruntime-node';`],
    ['main/services/doctor.ts', `import * as ort from 'onnxruntime-node';`],
    ['native-models/graphs/a.ts', `import sharp from 'sharp';`],
    ['main/engine/a.ts', `import { x } from '../../test/golden/support/cases.js';`],
  ])('refuses %s: %s', (file, code) => {
    expect(problems(file, code)).toHaveLength(1);
  });
});
