/** Which execution providers of onnxruntime work on this machine: each is tried, in a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { ProbedProvider, ProviderLack } from '../engine/runtime/placement.js';
import { AUTO, PROVIDER_LACKS } from '../engine/runtime/placement.js';
import { hasCudaLibraries, missingLibraries, runtimeEnvironment } from './gpu/libraries.js';
import { findNvidia } from './gpu/nvidia.js';
import { messagesFor } from './i18n/index.js';
import type { Messages } from './i18n/index.js';

/** Execution providers onnxruntime has on some system, and which. */
const PROVIDERS = [
  { name: 'cpu', systems: ['linux', 'darwin', 'win32'] },
  { name: 'webgpu', systems: ['linux', 'darwin', 'win32'] },
  { name: 'coreml', systems: ['darwin'] },
  { name: 'dml', systems: ['win32'] },
  { name: 'cuda', systems: ['linux', 'win32'] },
] as const;

/** Why a provider cannot be used; `failed` carries what it said itself. */
export type MissingReason =
  | { readonly kind: 'wrongSystem'; readonly systems: readonly string[] }
  | { readonly kind: 'notInBuild' | 'cudaExtra' | 'noGpu' }
  | { readonly kind: 'failed' | 'cudaLacks'; readonly message: string };

export interface ProviderReport {
  readonly name: string;
  readonly available: boolean;
  readonly reason?: MissingReason;
  /** What one that is available cannot do. */
  readonly lacks?: readonly ProviderLack[];
  /** Bytes of its own memory, where that is known. */
  readonly memory?: number;
}

/** A provider that says nothing for this long hangs. */
const PROBE_MS = 20_000;

/**
 * Runs one of Nativa's scripts in a process of its own for at most so many milliseconds.
 * @returns its exit status, undefined where it had to be ended, and what it printed
 */
export type ScriptRunner = (
  script: string,
  args: readonly string[],
  patience: number,
) => Promise<{ readonly status: number | undefined; readonly output: string }>;

/** What was found of each, so that not every picture asks again. */
const found = new Map<string, Promise<ProviderReport>>();

/**
 * Tries all providers anew.
 * @param built names of those that onnxruntime was built with
 */
export function examineProviders(
  built: readonly string[],
  run: ScriptRunner = runInNode,
): Promise<ProviderReport[]> {
  found.clear();
  return Promise.all(PROVIDERS.map(({ name }) => examineOnce(name, built, run)));
}

/**
 * What the engine has to know of the providers that are asked for; nothing where that is the
 * processor alone.
 * @param asked providers by name, or `auto`
 */
export async function probedProviders(
  asked: readonly string[],
  run: ScriptRunner = runInNode,
): Promise<ProbedProvider[]> {
  if (asked.every((name) => name === 'cpu')) return [];
  const built = await builtProviders();
  const wanted = asked.includes(AUTO)
    ? PROVIDERS
    : PROVIDERS.filter(({ name }) => name === 'cpu' || asked.includes(name));
  const reports = await Promise.all(wanted.map(({ name }) => examineOnce(name, built, run)));
  return reports.map(toProbed);
}

/** A report as the engine reads it; its sentences are English. */
export function toProbed({
  name,
  available,
  reason,
  lacks,
  memory,
}: ProviderReport): ProbedProvider {
  return {
    name,
    available,
    ...(lacks && lacks.length > 0 && { lacks: [...lacks] }),
    ...(reason && { reason: explainMissing(reason, messagesFor('en')) }),
    ...(memory !== undefined && { memory }),
  };
}

async function builtProviders(): Promise<string[]> {
  try {
    return (await import('../engine/runtime/session.js')).supportedProviders();
  } catch {
    // The engine will say that onnxruntime does not load.
    return [];
  }
}

function examineOnce(
  name: string,
  built: readonly string[],
  run: ScriptRunner,
): Promise<ProviderReport> {
  const known = found.get(name);
  if (known !== undefined) return known;
  const report = tryProvider(name, built, run);
  found.set(name, report);
  return report;
}

/** Tries one provider, whatever was found of it before. */
export async function examineProvider(name: string): Promise<ProviderReport> {
  return tryProvider(name, await builtProviders(), runInNode);
}

async function tryProvider(
  name: string,
  built: readonly string[],
  run: ScriptRunner,
): Promise<ProviderReport> {
  const systems = PROVIDERS.find((provider) => provider.name === name)?.systems ?? [];
  const missing = (reason: MissingReason): ProviderReport => ({ name, available: false, reason });
  if (!systems.some((system) => system === process.platform)) {
    return missing({ kind: 'wrongSystem', systems });
  }
  if (!built.includes(name)) return missing({ kind: 'notInBuild' });
  const { failure, lacks } = await probe(name, run);
  if (failure === undefined) {
    const memory = name === 'cuda' ? (await findNvidia())?.memory : undefined;
    const little = lacks.length > 0 ? { lacks } : {};
    return { name, available: true, ...little, ...(memory !== undefined && { memory }) };
  }
  if (name === 'cuda' && hasCudaLibraries()) {
    const lacking = (await missingLibraries()).join(', ');
    if (lacking !== '') return missing({ kind: 'cudaLacks', message: lacking });
  } else if (name === 'cuda' && /providers_cuda|shared library|libcu/i.test(failure)) {
    return missing({ kind: 'cudaExtra' });
  }
  if (name === 'webgpu' && /adapter|no supported|vulkan/i.test(failure)) {
    return missing({ kind: 'noGpu' });
  }
  return missing({ kind: 'failed', message: failure });
}

/** What came of trying a provider: what went wrong, or what one that adds rightly cannot do. */
interface ProbeOutcome {
  readonly failure: string | undefined;
  readonly lacks: readonly ProviderLack[];
}

async function probe(provider: string, run: ScriptRunner): Promise<ProbeOutcome> {
  const script = fileURLToPath(new URL('./probe-provider.js', import.meta.url));
  const { status, output } = await run(script, [provider], PROBE_MS);
  const lines = output.split('\n').map((line) => line.trim());
  // One that dies or hangs at something later is used without that.
  if (lines.includes('sum')) {
    return { failure: undefined, lacks: PROVIDER_LACKS.filter((what) => !lines.includes(what)) };
  }
  const failure =
    firstLine(output) || (status === undefined ? 'it hangs' : `exit status ${status}`);
  return { failure, lacks: [] };
}

/** Runs a script as a child of Node. */
const runInNode: ScriptRunner = (script, args, patience) =>
  new Promise((resolve) => {
    const options = { timeout: patience, windowsHide: true, env: runtimeEnvironment() };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      const output = stdout.trim() || firstLine(stderr) || (error === null ? '' : firstLine(error));
      resolve({ status: typeof status === 'number' ? status : undefined, output });
    });
  });

/** What people call the systems that Node names otherwise. */
const SYSTEM_NAMES: Readonly<Record<string, string>> = {
  darwin: 'macOS',
  linux: 'Linux',
  win32: 'Windows',
};

/** Why a provider cannot be used, in a person's words. */
export function explainMissing(reason: MissingReason, { doctor }: Messages): string {
  switch (reason.kind) {
    case 'wrongSystem':
      return doctor.reasons.wrongSystem(
        reason.systems.map((system) => SYSTEM_NAMES[system] ?? system).join(', '),
      );
    case 'failed':
      return reason.message;
    case 'cudaLacks':
      return doctor.reasons.cudaLacks(reason.message);
    case 'notInBuild':
    case 'cudaExtra':
    case 'noGpu':
      return doctor.reasons[reason.kind];
  }
}

/** What a provider that can be used lacks, in a person's words; undefined where that is nothing. */
export function explainLacks(
  { lacks = [] }: ProviderReport,
  { doctor }: Messages,
): string | undefined {
  return lacks.length === 0 ? undefined : lacks.map((what) => doctor.lacks[what]).join('; ');
}

/** What is said first of an error. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1)[0] ?? '';
}
