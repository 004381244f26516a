import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePattern, takesIn } from '../../../tools/globs.mjs';
import {
  archsOf,
  packedFiles,
  presentFiles,
  problems,
  readConfig,
} from '../../../tools/packed-files.mjs';
import { parseYaml } from '../../../tools/yaml.mjs';

const config = readConfig();
const SYSTEMS = ['linux', 'win', 'mac'] as const;
const PLATFORMS = { linux: 'linux', win: 'win32', mac: 'darwin' } as const;

const sharpOf = (platform: string, arch: string): string[] => {
  const folder = `node_modules/@img/sharp-${platform}-${arch}`;
  const vips = `node_modules/@img/sharp-libvips-${platform}-${arch}`;
  const library =
    platform === 'win32' ? `${folder}/lib/libvips-42.dll` : `${vips}/lib/libvips-cpp.so.8`;
  return [`${folder}/package.json`, `${folder}/lib/sharp-${platform}-${arch}-0.35.5.node`, library];
};

/** What a build leaves, for the tests must not depend on when the last one was. */
const BUILT = [
  ...['dist/main/hosts/electron/main.js', 'dist/main/engine/host.js', 'dist/preload/index.cjs'],
  ...['dist/main/engine/images/svg-process.js', 'dist/main/services/probe-provider.js'],
  'dist/main/services/packs/worker.js',
  ...['dist/main/engine/host.js.map', 'dist/test/bench/run.js', 'dist/.nativa-build.json'],
  ...['dist/renderer/index.html', 'dist/renderer/icon.png', 'dist/renderer/.nativa-build.json'],
  'dist/renderer/licences.json',
  ...['dist/renderer/assets/index-abc.js', 'dist/renderer/assets/index-abc.css'],
];

/** This disk, with every system's sharp on it. */
const files = [
  ...presentFiles().filter((path) => !/^dist\/|^node_modules\/@img\/sharp-/.test(path)),
  ...BUILT,
  ...Object.values(PLATFORMS).flatMap((platform) =>
    ['x64', 'arm64'].flatMap((arch) => sharpOf(platform, arch)),
  ),
  ...sharpOf('linuxmusl', 'x64'),
];

/** Texts of packed files: compiled ones are as given, others as they are on the disk. */
const reader =
  (code: Readonly<Record<string, string>> = {}) =>
  (path: string): string =>
    code[path] ?? (path.startsWith('dist/') || !existsSync(path) ? '' : readFileSync(path, 'utf8'));

const packages = SYSTEMS.flatMap((system) =>
  archsOf(config, system).map((archs) => ({ system, archs })),
);

const pack = (system: (typeof SYSTEMS)[number], archs: readonly string[], all = files): string[] =>
  packedFiles({ config, system, arch: archs[0] ?? '', files: all });

describe.each(packages)('a package for $system, $archs', ({ system, archs }) => {
  const platform = PLATFORMS[system];
  const packed = pack(system, archs);
  const found = (list: readonly string[], code?: Readonly<Record<string, string>>): string[] =>
    problems({ config, system, archs, packed: list, read: reader(code) });

  test('has what it needs and nothing else', () => {
    expect(found(packed)).toEqual([]);
  });

  test('has the native libraries of its own processors alone', () => {
    const native = packed.filter((path) => /\.(node|dll|dylib|so[.\d]*)$/.test(path));
    const own = archs.map((arch) => `${platform}-${arch}/`);
    const folders = archs.map((arch) => `/${platform}/${arch}/`);
    for (const path of native) {
      expect(
        [...own, ...folders].some((name) => path.includes(name)),
        path,
      ).toBe(true);
    }
    expect(native.some((path) => path.includes('onnxruntime_binding.node'))).toBe(true);
  });

  test.each([
    ['dist/preload/index.cjs', /^dist\/preload\/index\.cjs is missing$/],
    ['dist/renderer/assets/index-abc.js', /^the page has no \.js file$/],
    ['native-models/starter/model.safetensors', /model\.safetensors is missing/],
    ['node_modules/zod/package.json', /^node_modules\/zod is missing$/],
  ])('is refused without %s', (gone, why) => {
    expect(found(packed.filter((path) => path !== gone))).toEqual([expect.stringMatching(why)]);
  });

  test('is refused without its libraries, and it is said how they are had', () => {
    const without = packed.filter((path) => !/@img\/sharp-|onnxruntime_binding/.test(path));
    const said = found(without).join('\n');
    expect(said).toContain(`npm install --no-save --os=${platform}`);
    expect(said).toMatch(/onnxruntime for \S+ is missing/);
  });

  test.each([
    ['native-models/recipe/training/model.py', 'of the recipe'],
    ['dist/test/bench/run.js', 'a test'],
    ['node_modules/ws/test/a.test.js', 'a test'],
    ['dist/main/start.js.map', 'a source map'],
    ['main/start.ts', 'a source'],
    ['node_modules/@img/sharp-linuxmusl-x64/lib/a.node', 'of another system'],
    ['dist/main/stray.node', 'of another system'],
  ])('is refused with %s', (more, why) => {
    expect(found([...packed, more])).toContain(`${more} is ${why}`);
  });

  test('is refused where its code imports what is not packed', () => {
    const path = 'dist/main/engine/host.js';
    const code = `import x from "./gone.js";\nimport "zod";\nimport fs from "node:fs";\nconst s = await import("svelte/store");`;
    expect(found(packed, { [path]: code })).toEqual([
      `dist/main/engine/gone.js, which ${path} imports, is missing`,
      `svelte, which ${path} imports, is not packed: it has to be a dependency`,
    ]);
  });
});

test('weights and libraries lie outside of the archive', () => {
  const kept = { ...config, asarUnpack: ['**/*.node'] };
  const packed = pack('linux', ['x64']);
  const said = problems({ config: kept, system: 'linux', archs: ['x64'], packed, read: reader() });
  expect(said).toContain('native-models/starter/model.safetensors stays in the archive');
});

test('packages are made with the Electron that the studio is developed with', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  expect(config.electronVersion).toBe(lock.packages['node_modules/electron']?.version);
});

test('every kind of picture that can be opened is associated, each with its type', () => {
  const known = config.fileAssociations.flatMap(({ ext }) => ext);
  const all = ['ora', 'png', 'jpg', 'jpeg', 'webp', 'avif', 'tif', 'tiff', 'gif', 'svg', 'psd'];
  expect(known.toSorted()).toEqual(all.toSorted());
  for (const { mimeType } of config.fileAssociations) expect(mimeType).toMatch(/^image\/[\w.+-]+$/);
});

describe('patterns', () => {
  test.each([
    ['dist/main/**', 'dist/main/a/b.js', true],
    ['dist/main/**', 'dist/mainly/b.js', false],
    ['LICENSE', 'LICENSE', true],
    ['LICENSE', 'node_modules/a/LICENSE', false],
    ['docs', 'docs/a/b.md', true],
    ['**/*.node', 'a.node', true],
    ['**/*.node', 'a/b/c.node', true],
    ['*.js', 'a/b.js', false],
    ['a/?.js', 'a/b.js', true],
    ['a/{b,c}/*.{js,cjs}', 'a/c/x.cjs', true],
    ['a/{b,c}/*.{js,cjs}', 'a/d/x.cjs', false],
    ['bin/!(linux)/**', 'bin/win32/x/a.dll', true],
    ['bin/!(linux)/**', 'bin/linux/x/a.so', false],
    ['bin/!(linux)/**', 'bin/linuxmusl/a.so', true],
    ['s-!(l-*|v-l-*)/**', 's-v-w-x/a', true],
    ['s-!(l-*|v-l-*)/**', 's-v-l-x/a', false],
    ['**/.cache/**', 'a/.cache/b', true],
    ['a.b', 'aXb', false],
  ])('%s and %s: %s', (pattern, path, taken) => {
    expect(parsePattern(pattern).matches(path)).toBe(taken);
  });

  test('later ones change what earlier ones say', () => {
    const patterns = ['a/**', '!a/b/**', 'a/b/c'].map(parsePattern);
    expect(['a/x', 'a/b/x', 'a/b/c', 'x'].map((path) => takesIn(patterns, path))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('one whose meaning is not known is refused', () => {
    expect(() => parsePattern('a-!(b).js')).toThrow(/nothing may follow/);
  });
});

test('YAML is read as it is meant', () => {
  const text = `# comment\na: [x, 'true', 2]\nb:\n  - c: true # why\n    d: "e: f"\n  - null\ng: 1.5\nh: 1.5.0\n`;
  expect(parseYaml(text)).toEqual({
    a: ['x', 'true', 2],
    b: [{ c: true, d: 'e: f' }, null],
    g: 1.5,
    h: '1.5.0',
  });
});
