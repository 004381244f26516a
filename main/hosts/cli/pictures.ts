import { resolve } from 'node:path';
import type { EngineRequestInput } from '../../engine/request.js';
import type { Drift } from '../../engine/events.js';
import { resolveModel } from '../../services/models.js';
import { makePictures, type PictureJobResult } from '../../services/pictures.js';
import { placing } from '../../services/placing.js';
import { SettingsStore } from '../../services/settings.js';
import type { CliContext } from './context.js';
import { usageError } from './failure.js';
import type { PictureOptions } from './options.js';

/** Bytes of what `--memory` counts in. */
const GB = 1e9;

/** `generate PROMPT`. */
export async function generateCommand(
  prompt: string,
  options: PictureOptions,
  context: CliContext,
): Promise<void> {
  const common = await commonRequest(options, context);
  await run(
    {
      kind: 'generate',
      prompt,
      ...common,
      ...defined({ width: options.width, height: options.height }),
    },
    options,
    context,
  );
}

/** `edit IMAGE INSTRUCTION`. */
export async function editCommand(
  image: string,
  instruction: string,
  options: PictureOptions,
  context: CliContext,
): Promise<void> {
  if (options.feather !== undefined && options.mask === undefined) {
    throw usageError(context.messages.usage.featherWithoutMask);
  }
  const request: EngineRequestInput = {
    kind: 'edit',
    instruction,
    image: { path: resolve(image) },
    ...(await commonRequest(options, context)),
    references: (options.reference ?? []).map(({ path, strength }) => ({
      image: { path: resolve(path) },
      semantics: strength,
      appearance: strength,
      structure: strength,
    })),
    ...defined({
      mask: options.mask === undefined ? undefined : { path: resolve(options.mask) },
      maskFeather: options.feather,
      keep: options.keep,
      imageGuidanceScale: options.imageGuidance,
      lockTokens: options.lockTokens,
      onlyChanged: options.onlyChanged,
    }),
  };
  await run(request, options, context);
}

async function commonRequest(options: PictureOptions, { messages }: CliContext) {
  return {
    bundle: await resolveModel(options.model, messages),
    ...defined({
      seed: options.seed,
      count: options.count,
      steps: options.steps,
      guidanceScale: options.guidance,
      tokens: options.tokens,
      scheduler: options.scheduler,
      temperature: options.temperature,
      topK: options.topK,
      topP: options.topP,
    }),
    ...(await wherePlaced(options)),
  };
}

/** Where networks compute: as the options say, else as the studio's settings do. */
async function wherePlaced({ provider, memory }: PictureOptions): ReturnType<typeof placing> {
  const { current: settings } = await SettingsStore.open();
  return placing({
    provider: provider ?? settings.provider,
    networkProviders: provider === undefined ? settings.networkProviders : {},
    engineMemory: memory === undefined ? settings.engineMemory : memory * GB,
  });
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without the fields that were not given, which the request's schema tells from undefined ones. */
function defined<T extends object>(fields: T): Defined<T> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Defined<T>;
}

async function run(
  request: EngineRequestInput,
  options: PictureOptions,
  { messages, terminal, signal }: CliContext,
): Promise<void> {
  const done = await makePictures({
    request,
    out: options.out,
    threads: options.threads,
    signal,
    onEvent: (event) => {
      terminal.progress(event);
    },
  });
  terminal.clearProgress();
  const notices = [...done.result.notices];
  if (request.kind === 'edit' && done.lossy) notices.push(messages.lossy);
  if (terminal.json) {
    terminal.result(jsonResult(done, notices));
    return;
  }
  for (const notice of notices) terminal.note(notice);
  const seconds = done.result.timings.total.toFixed(1);
  for (const [index, image] of done.result.images.entries()) {
    const file = done.files[index] ?? '';
    terminal.say(messages.done(file, image.width, image.height, image.seed, seconds));
    const said = image.drift && driftLine(image.drift, messages);
    if (said !== undefined) terminal.say(`  ${said}`);
  }
}

function driftLine(
  { region, outside }: Drift,
  messages: CliContext['messages'],
): string | undefined {
  if (outside === null) return undefined;
  if (outside.identical) {
    const said = { mask: messages.driftIdentical, tokens: messages.driftUntouched };
    return region === 'changes' ? undefined : said[region](outside.pixels);
  }
  return messages.driftChanged(outside.maxAbs, outside.psnr?.toFixed(1) ?? '∞');
}

function jsonResult({ files, seed, result }: PictureJobResult, notices: readonly string[]): object {
  const first = result.images[0];
  return {
    ok: true,
    files,
    model: result.model.id,
    modelHash: result.model.hash,
    seed,
    provider: result.provider,
    ...(result.placement && { placement: result.placement }),
    timings: result.timings,
    ...(first?.drift && { drift: first.drift }),
    images: result.images.map(({ width, height, seed: own, drift }, index) => ({
      file: files[index],
      width,
      height,
      seed: own,
      ...(drift && { drift }),
    })),
    notices,
    memory: result.memory,
  };
}
