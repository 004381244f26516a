/** NVIDIA's graphics processor, asked of its driver's own tool. */
import { execFile } from 'node:child_process';

/** A graphics processor. */
export interface NvidiaGpu {
  readonly name: string;
  readonly driver: string;
  /** Bytes. */
  readonly memory: number;
}

const PATIENCE = 10_000;

/** The first graphics processor of NVIDIA's; undefined where there is none, or no driver. */
export function findNvidia(): Promise<NvidiaGpu | undefined> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader,nounits'];
  return new Promise((resolve) => {
    const options = { timeout: PATIENCE, windowsHide: true };
    execFile('nvidia-smi', query, options, (error, stdout) => {
      resolve(error === null ? parseGpu(stdout) : undefined);
    });
  });
}

/** Reads the tool's first line: name, driver, mebibytes. */
export function parseGpu(output: string): NvidiaGpu | undefined {
  const [line = ''] = output.trim().split('\n', 1);
  const [name = '', driver = '', mebibytes = ''] = line.split(',').map((part) => part.trim());
  const memory = Number(mebibytes) * 2 ** 20;
  return name === '' || !(memory > 0) ? undefined : { name, driver, memory };
}
