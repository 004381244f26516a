import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Messages } from './i18n/index.js';
import type { FoundModel } from './models.js';
import { listModels } from './models.js';
import { application, folders, type Folders } from './paths.js';

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
  | { readonly kind: 'failed'; readonly message: string };

export interface ProviderReport {
  readonly name: string;
  readonly available: boolean;
  readonly reason?: MissingReason;
}

/** What `doctor` finds; sizes in bytes. */
export interface DoctorReport {
  readonly version: string;
  readonly node: string;
  /** Undefined where the native library does not load. */
  readonly onnxruntime: string | undefined;
  readonly onnxruntimeError: string | undefined;
  readonly platform: string;
  readonly cores: number;
  readonly cpu: string | undefined;
  /** Instruction sets that matter to matrix products; empty where the system does not tell. */
  readonly cpuFeatures: readonly string[];
  readonly memory: { readonly total: number; readonly free: number; readonly limit?: number };
  readonly folders: Folders;
  readonly providers: readonly ProviderReport[];
  readonly models: readonly FoundModel[];
}

const FEATURES = ['sse4_2', 'avx', 'f16c', 'fma', 'avx2', 'avx512f', 'avx512_bf16', 'avx512_fp16'];
const MATRIX_FEATURES = ['avx512_vnni', 'avx_vnni', 'amx_tile', 'amx_bf16', 'amx_int8'];
const ARM_FEATURES = ['asimd', 'asimdhp', 'asimddp', 'sve', 'bf16', 'i8mm'];
const KNOWN_FEATURES = new Set([...FEATURES, ...MATRIX_FEATURES, ...ARM_FEATURES]);

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

/**
 * Looks at everything a picture needs. Nothing found wrong throws: it is in the report.
 * @param run tries providers; Electron's host brings its own
 */
export async function examine(run: ScriptRunner = runInNode): Promise<DoctorReport> {
  const [runtime, models] = await Promise.all([loadRuntime(), listModels()]);
  const processors = cpus();
  return {
    version: application().version,
    node: process.versions.node,
    onnxruntime: runtime.version,
    onnxruntimeError: runtime.error,
    platform: `${process.platform} ${process.arch}`,
    cores: processors.length,
    cpu: processors[0]?.model.trim(),
    cpuFeatures: cpuFeatures(),
    memory: memory(),
    folders: folders(),
    providers: await Promise.all(
      PROVIDERS.map(({ name, systems }) => examineProvider(name, systems, runtime.providers, run)),
    ),
    models,
  };
}

/** True when a picture could be made: the CPU provider works and a model is there. */
export function isFit(report: DoctorReport): boolean {
  const cpu = report.providers.find(({ name }) => name === 'cpu');
  return cpu?.available === true && report.models.some((model) => model.ok);
}

interface Runtime {
  readonly version: string | undefined;
  readonly error: string | undefined;
  readonly providers: readonly string[];
}

async function loadRuntime(): Promise<Runtime> {
  try {
    const session = await import('../engine/runtime/session.js');
    const providers = session.supportedProviders();
    return { version: session.onnxruntimeVersion(), error: undefined, providers };
  } catch (error) {
    return { version: undefined, error: firstLine(error), providers: [] };
  }
}

async function examineProvider(
  name: string,
  systems: readonly string[],
  built: readonly string[],
  run: ScriptRunner,
): Promise<ProviderReport> {
  const missing = (reason: MissingReason): ProviderReport => ({ name, available: false, reason });
  if (!systems.includes(process.platform)) return missing({ kind: 'wrongSystem', systems });
  if (!built.includes(name)) return missing({ kind: 'notInBuild' });
  const failure = await probe(name, run);
  if (failure === undefined) return { name, available: true };
  if (name === 'cuda' && /providers_cuda|shared library|libcu/i.test(failure)) {
    return missing({ kind: 'cudaExtra' });
  }
  if (name === 'webgpu' && /adapter|no supported|vulkan/i.test(failure)) {
    return missing({ kind: 'noGpu' });
  }
  return missing({ kind: 'failed', message: failure });
}

/** @returns what went wrong, or undefined when the provider computed a sum */
async function probe(provider: string, run: ScriptRunner): Promise<string | undefined> {
  const script = fileURLToPath(new URL('./probe-provider.js', import.meta.url));
  const { status, output } = await run(script, [provider], PROBE_MS);
  if (status === 0) return undefined;
  return firstLine(output) || (status === undefined ? 'it hangs' : `exit status ${status}`);
}

const runInNode: ScriptRunner = (script, args, patience) =>
  new Promise((resolve) => {
    const options = { timeout: patience, windowsHide: true };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      const output = stdout.trim() || firstLine(stderr) || (error === null ? '' : firstLine(error));
      resolve({ status: typeof status === 'number' ? status : undefined, output });
    });
  });

/** Why a provider cannot be used, in a person's words. */
export function explainMissing(reason: MissingReason, { doctor }: Messages): string {
  switch (reason.kind) {
    case 'wrongSystem':
      return doctor.reasons.wrongSystem(reason.systems.join(', '));
    case 'failed':
      return reason.message;
    case 'notInBuild':
    case 'cudaExtra':
    case 'noGpu':
      return doctor.reasons[reason.kind];
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n', 1)[0] ?? '';
}

function memory(): DoctorReport['memory'] {
  const total = totalmem();
  // Node 20 reports 0 or a number beyond the machine's memory where nothing limits the process.
  const limit = process.constrainedMemory();
  const limited = limit > 0 && limit < total;
  return { total, free: availableNow(), ...(limited ? { limit } : {}) };
}

/** What programs can still take: on Linux caches count as free, which `freemem` leaves out. */
function availableNow(): number {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(readText('/proc/meminfo'));
  return match?.[1] === undefined ? freemem() : Number(match[1]) * 1024;
}

function cpuFeatures(): string[] {
  const match = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readText('/proc/cpuinfo'));
  const found = new Set(match?.[1]?.split(' ') ?? []);
  return [...KNOWN_FEATURES].filter((feature) => found.has(feature));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
