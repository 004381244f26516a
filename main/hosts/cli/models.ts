import {
  importModel,
  inspectModel,
  listModels,
  quantizeModel,
  resolveModel,
  verifyModel,
  type ImportRequest,
  type ModelDetails,
} from '../../services/models.js';
import type { CodeBits } from '../../../native-models/quantize/index.js';
import type { CliContext } from './context.js';
import { compactNumber, formatBytes, pairs, table } from './layout.js';

/** `models list`. */
export async function listCommand({ messages, terminal, language }: CliContext): Promise<void> {
  const found = await listModels();
  if (terminal.json) {
    terminal.result({
      ok: true,
      models: found.map((model) =>
        model.ok
          ? { id: model.manifest.id, name: model.manifest.name, folder: model.dir }
          : { folder: model.dir, error: { code: model.error.code, message: model.error.message } },
      ),
    });
    return;
  }
  if (found.length === 0) terminal.say(messages.models.none);
  const { columns } = messages.models;
  const rows = found.flatMap((model) => {
    if (!model.ok) return [];
    const { id, name, files, resolution } = model.manifest;
    const bytes = Object.values(files).reduce((sum, { size }) => sum + size, 0);
    return [[id, name, formatBytes(bytes, language), String(resolution), model.dir]];
  });
  if (rows.length > 0) {
    const heads = [columns.id, columns.name, columns.size, columns.pixels, columns.folder];
    for (const line of table([heads, ...rows])) terminal.say(line);
  }
  for (const model of found) {
    if (!model.ok) terminal.say(messages.models.broken(model.dir, model.error.message));
  }
}

/** `models inspect MODEL`. */
export async function inspectCommand(name: string, context: CliContext): Promise<void> {
  const details = await inspectModel(await resolveModel(name, context.messages));
  const { terminal } = context;
  if (terminal.json) {
    const { dir, manifest, hash, bytes, parts } = details;
    terminal.result({ ok: true, folder: dir, hash, bytes, parts, manifest });
    return;
  }
  for (const line of pairs(inspectRows(details, context))) terminal.say(line);
}

function inspectRows(
  { dir, manifest, hash, bytes, parts }: ModelDetails,
  { messages: { models }, language }: CliContext,
): [string, string][] {
  const { fields } = models;
  const { capabilities, defaults } = manifest;
  const can = [
    ...(capabilities.generate ? [models.generate] : []),
    ...(capabilities.edit ? [models.edit, models.references(capabilities.maxReferences)] : []),
    capabilities.tokenScales.join(' '),
  ];
  const settings = Object.entries(defaults).map(([key, value]) => `${key} ${value}`);
  return [
    [fields.id, manifest.id],
    [fields.name, manifest.name],
    [fields.version, manifest.version],
    [fields.license, manifest.license],
    [fields.description, manifest.description],
    [fields.folder, dir],
    [fields.hash, hash],
    [fields.resolution, `${manifest.resolution} x ${manifest.resolution}`],
    [fields.languages, manifest.languages.join(', ')],
    [fields.can, can.join(', ')],
    [fields.defaults, settings.join(', ')],
    [fields.files, `${Object.keys(manifest.files).length}, ${formatBytes(bytes, language)}`],
    ...parts.map(({ part, parameters, bytes: size, types }): [string, string] => [
      models.networkNames[part],
      models.network(
        compactNumber(parameters, language),
        formatBytes(size, language),
        types.join(', '),
      ),
    ]),
  ];
}

/** `models verify MODEL`. */
export async function verifyCommand(name: string, context: CliContext): Promise<void> {
  const { messages, terminal, signal } = context;
  const dir = await resolveModel(name, messages);
  const { id, verified } = await verifyModel(
    dir,
    ({ file, done, total }) => {
      terminal.status(messages.models.verifying(file), done / Math.max(1, total));
    },
    signal,
  );
  terminal.clearProgress();
  if (terminal.json) terminal.result({ ok: true, id, ...verified });
  else terminal.say(messages.models.verified(id, verified.files, verified.hash));
}

/** `models import DIR`. */
export async function importCommand(
  folder: string,
  { name, diffusion, vision }: ImportRequest,
  context: CliContext,
): Promise<void> {
  const { messages, terminal, signal } = context;
  const { models } = messages;
  const request = { name, diffusion, vision };
  const { dir, manifest, variant, unexpected } = await importModel(folder, request, {
    signal,
    onProgress: ({ file, done, total }) => {
      terminal.status(models.hashing(file), done / Math.max(1, total));
    },
  });
  terminal.clearProgress();
  if (unexpected.length > 0) terminal.note(models.unexpected(unexpected));
  if (terminal.json) {
    terminal.result({ ok: true, id: manifest.id, folder: dir, variant, unexpected, manifest });
    return;
  }
  terminal.say(models.imported(manifest.id, models.variants[variant], dir));
  for (const line of pairs(inspectRows(await inspectModel(dir), context))) terminal.say(line);
}

/** `models quantize MODEL --bits N`. */
export async function quantizeCommand(
  name: string,
  { bits }: { readonly bits: CodeBits },
  { messages, terminal, signal, language }: CliContext,
): Promise<void> {
  const { models } = messages;
  const result = await quantizeModel(await resolveModel(name, messages), bits, {
    signal,
    onProgress: (share) => {
      terminal.status(models.quantizing, share);
    },
    onMeasure: () => {
      terminal.status(models.measuring, 1);
    },
  });
  terminal.clearProgress();
  const { manifest, dir, before, after, outputs } = result;
  const losses = [...result.losses].map(([network, loss]) => ({ network, ...loss }));
  if (terminal.json) {
    terminal.result({ ok: true, id: manifest.id, folder: dir, before, after, losses, outputs });
    return;
  }
  const sizes = [formatBytes(before, language), formatBytes(after, language)] as const;
  terminal.say(models.quantized(manifest.id, ...sizes, dir));
  const share = (value: number): string =>
    value.toLocaleString(language, { style: 'percent', maximumFractionDigits: 2 });
  const { columns } = models;
  // The figure of what comes out, beside that of the weights of the same network.
  const said = 'failed' in outputs ? {} : { ar: outputs.ar, transformer: outputs.denoiser };
  const rows = losses.map(({ network, relativeError, worst }) => [
    models.networkNames[network],
    share(relativeError),
    `${share(worst.relativeError)} (${worst.name})`,
    said[network] === undefined ? '-' : share(said[network]),
  ]);
  for (const line of table([
    [columns.network, columns.error, columns.worst, columns.outputs],
    ...rows,
  ])) {
    terminal.say(line);
  }
  terminal.say(
    'failed' in outputs
      ? models.notMeasured(outputs.failed)
      : models.sameCode(share(outputs.sameCode)),
  );
}
