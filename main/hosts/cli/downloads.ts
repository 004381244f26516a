import { createInterface } from 'node:readline/promises';
import { NativaError } from '../../../native-models/errors.js';
import {
  PATIENT,
  Staging,
  accessNet,
  discardDownload,
  download,
  entryOf,
  offer,
  theCatalogue,
  type DownloadPlan,
  type HubOptions,
  type Offer,
} from '../../services/downloads/index.js';
import { deleteModel, listModels } from '../../services/models.js';
import { SettingsStore } from '../../services/settings.js';
import type { CliContext } from './context.js';
import { formatBytes, table } from './layout.js';

/** What `models download` is given beside the id. */
export interface DownloadFlags {
  readonly list?: boolean;
  readonly acceptLicence?: boolean;
  readonly endpoint?: string;
  readonly proxy?: string;
}

/** What `models delete` is given beside the id. */
export interface DeleteOptions {
  readonly yes?: boolean;
}

/** `models download`, and with `--list`: what there is, without asking any server. */
export async function offersCommand(
  id: string | undefined,
  { list }: DownloadFlags,
  context: CliContext,
): Promise<void> {
  const { messages, terminal, language } = context;
  if (list !== true) throw new NativaError('USAGE', messages.usage.missingArgument('ID'));
  const catalogue = await theCatalogue();
  const models = id === undefined ? catalogue.models : [entryOf(catalogue, id)];
  const found = await listModels();
  const installed = new Set(found.flatMap((model) => (model.ok ? [model.manifest.id] : [])));
  const rows = await Promise.all(
    models.map(async (entry) => {
      const plan = await new Staging(entry.id).plan();
      const [done, total] = plan === undefined ? [0, null] : await arrived(plan);
      const state = installed.has(entry.id) ? 'installed' : plan === undefined ? 'absent' : 'begun';
      return { entry, state, done, total } as const;
    }),
  );
  if (terminal.json) {
    terminal.result({
      ok: true,
      models: rows.map(({ entry: { id: own, name, does, source }, state, done, total }) => ({
        ...{ id: own, name, can: does, repository: source.repository, state, done, total },
      })),
    });
    return;
  }
  const words = messages.downloads;
  const { columns } = words;
  const size = (bytes: number): string => formatBytes(bytes, language);
  const cells = rows.map(({ entry, state, done, total }) => [
    entry.id,
    entry.does.map((what) => messages.models[what]).join(', '),
    state === 'begun' ? words.begun(size(done), size(total ?? 0)) : words[state],
    entry.summary[language],
  ]);
  const heads = [columns.id, columns.can, columns.state, columns.about];
  for (const line of table([heads, ...cells])) terminal.say(line);
}

async function arrived(plan: DownloadPlan): Promise<[done: number, total: number]> {
  const present = await new Staging(plan.id).present(plan.files);
  const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);
  return [sum(present), sum(plan.files.map(({ size }) => size))];
}

/** `models download ID`. */
export async function downloadCommand(
  id: string,
  flags: DownloadFlags,
  context: CliContext,
): Promise<void> {
  const { messages, terminal, signal, language } = context;
  const words = messages.downloads;
  const catalogue = await theCatalogue();
  entryOf(catalogue, id);
  const { current: settings } = await SettingsStore.open();
  const kept = {
    endpoint: settings.hubEndpoint,
    proxy: settings.hubProxy,
    token: settings.hubToken,
  };
  const net = accessNet(flags, kept, catalogue.endpoint);
  const options = { net, policy: PATIENT, signal };
  terminal.status(words.asking(net.endpoint.host), 0);
  const offered = await offer(id, catalogue, options);
  terminal.clearProgress();
  await agree(offered, flags, context);
  const dir = await run(offered.plan, options, context);
  terminal.clearProgress();
  const { plan, bytes } = offered;
  if (terminal.json) terminal.result({ ok: true, id: plan.id, folder: dir, bytes });
  else terminal.say(words.done(plan.id, formatBytes(bytes, language), dir));
}

async function run(
  plan: DownloadPlan,
  options: HubOptions,
  { messages: { downloads: words, errors }, terminal, language }: CliContext,
): Promise<string> {
  const size = (bytes: number): string => formatBytes(bytes, language);
  const speed = new Speed();
  let shown = 0;
  try {
    return await download(plan, {
      ...options,
      onProgress: ({ stage, done, total }) => {
        const now = performance.now();
        if (now - shown < 100 && done < total) return;
        shown = now;
        const share = done / Math.max(1, total);
        // Where nothing can be rewritten, one line is enough.
        const plain = terminal.updates ? null : words.fetchingPlain;
        const label = plain ?? words.fetching(size(done), size(total), size(speed.at(now, done)));
        terminal.status(stage === 'import' ? words.importing : label, share);
      },
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    const [done, total] = await arrived(plan);
    throw new NativaError('DOWNLOAD_STOPPED', errors.stopped(size(done), size(total)));
  }
}

/** Bytes a second over the last few seconds. */
class Speed {
  readonly #points: (readonly [time: number, done: number])[] = [];

  at(time: number, done: number): number {
    this.#points.push([time, done]);
    while (this.#points.length > 2 && time - (this.#points[0]?.[0] ?? time) > 3000) {
      this.#points.shift();
    }
    const [then, before] = this.#points[0] ?? [time, done];
    return Math.max(0, ((done - before) * 1000) / Math.max(1, time - then));
  }
}

/** Shows what comes, and under which terms; asks unless that was answered already. */
async function agree(
  { plan, begun, bytes, present, free }: Offer,
  { acceptLicence }: DownloadFlags,
  context: CliContext,
): Promise<void> {
  const { messages, terminal, language } = context;
  const words = messages.downloads;
  const size = (count: number): string => formatBytes(count, language);
  if (begun) {
    terminal.note(words.goesOn(size(present), size(bytes)));
    return;
  }
  terminal.note(words.takes(plan.files.length, size(bytes - present), size(free)));
  terminal.note(words.licences);
  for (const { repository, name, nonCommercial, url, text } of plan.licences) {
    const terms = [name ?? words.unnamed, ...(nonCommercial ? [words.nonCommercial] : [])];
    terminal.note(`  ${words.licence(repository, terms.join(', '))}\n    ${url}`);
    if (text !== null && acceptLicence !== true) terminal.note(indented(text));
  }
  if (acceptLicence === true || (await confirmed(words.accept, context))) return;
  throw new NativaError('LICENCE_NOT_ACCEPTED', messages.errors.licenceNotAccepted);
}

/** A server's text, without what a terminal would obey. */
function indented(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/\p{Cc}/gu, ' '));
  return lines.map((line) => `    ${line}`).join('\n');
}

/** Asks yes or no; no where nobody can answer, or the person leaves. */
export async function confirmed(
  question: string,
  { messages: { downloads: words }, terminal, signal }: CliContext,
): Promise<boolean> {
  if (terminal.json || !process.stdin.isTTY) return false;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  const leave = (): void => {
    left.abort();
  };
  // Ctrl-C and Ctrl-D are heard here, not by the process, while a line is typed.
  asking.on('SIGINT', leave).on('close', leave);
  try {
    const answer = await asking.question(`${question} ${words.answer} `, {
      signal: AbortSignal.any([signal, left.signal]),
    });
    return answer.trim().toLowerCase().startsWith(words.yes);
  } catch (error) {
    if (left.signal.aborted) return false;
    throw error;
  } finally {
    asking.close();
  }
}

/** Takes away what has arrived of a model that is not whole. @returns whether there was any */
async function discardBegun(id: string): Promise<boolean> {
  const [{ models }, found] = await Promise.all([theCatalogue(), listModels()]);
  if (!models.some((model) => model.id === id)) return false;
  if (found.some((model) => model.ok && model.manifest.id === id)) return false;
  if ((await new Staging(id).plan()) === undefined) return false;
  await discardDownload(id);
  return true;
}

/** `models delete ID`. */
export async function deleteCommand(
  id: string,
  { yes }: DeleteOptions,
  context: CliContext,
): Promise<void> {
  const { messages, terminal } = context;
  const words = messages.downloads;
  if (yes !== true && !(await confirmed(words.delete(id), context))) {
    throw new NativaError('NOT_CONFIRMED', messages.errors.notConfirmed);
  }
  if (await discardBegun(id)) {
    if (terminal.json) terminal.result({ ok: true, id, kept: null });
    else terminal.say(words.deleted(id));
    return;
  }
  const { kept } = await deleteModel(id, messages);
  if (terminal.json) terminal.result({ ok: true, id, kept });
  else terminal.say(kept === null ? words.deleted(id) : words.unlinked(id, kept));
}
