import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
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

/** Looks at everything a picture needs. Nothing found wrong throws: it is in the report. */
export async function examine(): Promise<DoctorReport> {
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
      PROVIDERS.map(({ name, systems }) => examineProvider(name, systems, runtime.providers)),
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
): Promise<ProviderReport> {
  const missing = (reason: MissingReason): ProviderReport => ({ name, available: false, reason });
  if (!systems.includes(process.platform)) return missing({ kind: 'wrongSystem', systems });
  if (!built.includes(name)) return missing({ kind: 'notInBuild' });
  const failure = await probe(name);
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
function probe(provider: string): Promise<string | undefined> {
  const script = fileURLToPath(new URL('./probe-provider.js', import.meta.url));
  return new Promise((resolve) => {
    const options = { timeout: PROBE_MS, windowsHide: true };
    execFile(process.execPath, [script, provider], options, (error, stdout, stderr) => {
      if (error === null) resolve(undefined);
      else resolve(stdout.trim() || firstLine(stderr) || firstLine(error));
    });
  });
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
