import { dirname, relative, resolve, sep } from 'node:path';

/**
 * Which folder may import which: hosts -> services -> engine -> native-models. The longest matching
 * `folder` decides. `values` lists what may be imported at all, `types` what only as a type.
 */
export const LAYERS = [
  { folder: 'native-models', values: ['native-models'] },
  { folder: 'main/engine', values: ['main/engine', 'native-models'] },
  { folder: 'main/services', values: ['main/services', 'main/engine', 'native-models', 'preload'] },
  {
    folder: 'main/hosts',
    values: ['main/hosts', 'main/services', 'native-models', 'preload'],
    types: ['main/engine'],
  },
  { folder: 'main', values: ['main/hosts', 'native-models'] },
];

/** Packages that only one folder may use; tests may use all. */
export const PACKAGES = [
  { name: 'onnxruntime-node', folder: 'main/engine/runtime', types: true },
  { name: 'sharp', folder: 'main/engine/images', types: true },
  { name: 'commander', folder: 'main/hosts', types: false },
];

const isIn = (folder, path) => path === folder || path.startsWith(`${folder}/`);

function checkPackage(file, name, typeOnly) {
  const rule = PACKAGES.find((entry) => name === entry.name || name.startsWith(`${entry.name}/`));
  if (rule === undefined || isIn(rule.folder, file) || (typeOnly && rule.types)) return undefined;
  return { messageId: 'package', data: { name: rule.name, folder: rule.folder } };
}

function checkPath(file, target, typeOnly) {
  const layer = LAYERS.filter(({ folder }) => isIn(folder, file)).sort(
    (a, b) => b.folder.length - a.folder.length,
  )[0];
  if (layer === undefined) return undefined;
  const allowed = typeOnly ? [...layer.values, ...(layer.types ?? [])] : layer.values;
  if (allowed.some((folder) => isIn(folder, target))) return undefined;
  return { messageId: 'direction', data: { from: layer.folder, to: dirname(target) } };
}

/** ESLint rule: imports go one way between the folders, and native libraries stay in theirs. */
export const importDirection = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { root: { type: 'string' } }, required: ['root'] }],
    messages: {
      direction:
        '{{from}} may not import from {{to}}: hosts -> services -> engine -> native-models.',
      package: 'Only {{folder}} may import {{name}}.',
    },
  },
  create(context) {
    const { root } = context.options[0];
    const toName = (path) => relative(root, path).split(sep).join('/');
    const file = toName(context.filename);
    const check = (source, typeOnly) => {
      if (typeof source?.value !== 'string') return;
      const name = source.value;
      const problem = name.startsWith('.')
        ? checkPath(file, toName(resolve(dirname(context.filename), name)), typeOnly)
        : checkPackage(file, name, typeOnly);
      if (problem !== undefined) context.report({ node: source, ...problem });
    };
    return {
      ImportDeclaration: (node) => check(node.source, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node.source, false),
      TSImportType: (node) => check(node.source, true),
    };
  },
};
