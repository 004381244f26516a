import { readFileSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';
import type { FoundModel } from './models.js';
import { listModels } from './models.js';
import { application, folders, type Folders } from './paths.js';
import { examineProviders, firstLine } from './providers.js';
import type { ProviderReport, ScriptRunner } from './providers.js';

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

/**
 * Looks at everything a picture needs. Nothing found wrong throws: it is in the report.
 * @param run tries providers; Electron's host brings its own
 */
export async function examine(run?: ScriptRunner): Promise<DoctorReport> {
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
    providers: await examineProviders(runtime.providers, run),
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
