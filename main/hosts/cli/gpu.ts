import { NativaError } from '../../../native-models/errors.js';
import { PATIENT, openNet } from '../../services/downloads/index.js';
import {
  WHEELS,
  cudaFolder,
  cudaGpu,
  gpuOffer,
  hasCudaLibraries,
  missingLibraries,
  setUpGpu,
  type GpuOffer,
} from '../../services/gpu/index.js';
import { explainMissing, examineProvider } from '../../services/providers.js';
import { SettingsStore } from '../../services/settings.js';
import type { CliContext } from './context.js';
import { confirmed } from './downloads.js';
import { formatBytes } from './layout.js';

/** What `gpu setup` is given. */
export interface GpuFlags {
  readonly yes?: boolean;
  readonly source?: string;
  readonly proxy?: string;
}

/** `gpu setup`: CUDA's libraries, downloaded when the person has seen what and agreed. */
export async function gpuSetupCommand(flags: GpuFlags, context: CliContext): Promise<void> {
  const { messages, terminal, signal } = context;
  const gpu = await cudaGpu(messages);
  if (!hasCudaLibraries()) {
    const { current: settings } = await SettingsStore.open();
    const net = openNet(flags.source ?? WHEELS, flags.proxy ?? settings.hubProxy);
    const options = { net, policy: PATIENT, signal };
    terminal.status(messages.downloads.asking(net.endpoint.host), 0);
    const offer = await gpuOffer(gpu, options);
    terminal.clearProgress();
    await agree(offer, flags, context);
    await setUpGpu(offer, options, ({ stage, done }) => {
      const label = messages.gpu[stage];
      terminal.status(label, done / offer.size);
    });
    terminal.clearProgress();
  }
  await report(context);
}

/** Shows what is downloaded, from where and under which terms. */
async function agree(
  { gpu, wheels, size: total, present, free, folder }: GpuOffer,
  { yes }: GpuFlags,
  context: CliContext,
): Promise<void> {
  const { messages, terminal, language } = context;
  const words = messages.gpu;
  const size = (bytes: number): string => formatBytes(bytes, language);
  terminal.note(words.found(gpu.name, gpu.driver, size(gpu.memory)));
  const hosts = [...new Set(wheels.map(({ url }) => url.host))].join(', ');
  terminal.note(words.takes(size(total - present), hosts, size(free)));
  for (const { path, size: bytes, wanted, page } of wheels) {
    terminal.note(words.item(path, size(bytes), wanted.terms, page));
  }
  terminal.note(words.goesTo(folder));
  terminal.note(words.licence);
  if (yes === true || (await confirmed(words.accept, context))) return;
  throw new NativaError('NOT_CONFIRMED', words.notConfirmed);
}

/** Whether CUDA works now, and if not, what is missing. */
async function report({ messages, terminal }: CliContext): Promise<void> {
  const folder = cudaFolder();
  const missing = await missingLibraries();
  const cuda = await examineProvider('cuda');
  if (terminal.json) {
    terminal.result({ ok: true, folder, works: cuda.available, missing });
    return;
  }
  const words = messages.gpu;
  terminal.say(words.done(folder));
  if (cuda.available) terminal.say(words.works);
  else if (missing.length > 0) terminal.say(words.missing(missing.join(', ')));
  else terminal.say(words.fails(cuda.reason ? explainMissing(cuda.reason, messages) : 'cuda'));
}
