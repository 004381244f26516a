/** The command line: the same engine without a window. */
import { Command, CommanderError } from 'commander';
import {
  environmentLanguage,
  LANGUAGES,
  messagesFor,
  type Language,
} from '../services/i18n/index.js';
import type { CodeBits } from '../../native-models/quantize/index.js';
import type { ImportRequest } from '../services/models.js';
import { application } from '../services/paths.js';
import type { CliContext } from './cli/context.js';
import { doctorCommand, type DoctorOptions } from './cli/doctor.js';
import { deleteCommand, downloadCommand, offersCommand } from './cli/downloads.js';
import type { DeleteOptions, DownloadFlags } from './cli/downloads.js';
import { gpuSetupCommand, type GpuFlags } from './cli/gpu.js';
import { reportFailure, usageError } from './cli/failure.js';
import {
  importCommand,
  inspectCommand,
  listCommand,
  quantizeCommand,
  verifyCommand,
} from './cli/models.js';
import {
  addEditOptions,
  addGenerateOptions,
  addPictureOptions,
  addStudioOptions,
  parseBits,
  parseChoice,
  type PictureOptions,
} from './cli/options.js';
import { editCommand, generateCommand } from './cli/pictures.js';
import { HOSTS, serveCommand, studioCommand, type StudioOptions } from './cli/studio.js';
import { Terminal } from './cli/terminal.js';

const NOT_FIT = 1;
const INTERRUPTED = 130;

/**
 * Runs one command.
 *
 * @param argv what was typed after the program's name
 * @returns exit status: 0, 1 for a failure, 2 for a command line that is not understood, 130 for
 *   Ctrl-C
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  const language = askedLanguage(argv) ?? environmentLanguage();
  const messages = messagesFor(language);
  const terminal = new Terminal(asksForJson(argv), messages, process.stdout, process.stderr);
  // It stays: what could not be written is told after the command has ended.
  process.stdout.once('error', leaveWithReader);
  const interruption = watchInterrupts();
  const context: CliContext = { language, messages, terminal, signal: interruption.signal };
  let status = 0;
  const program = buildProgram(context, (next) => (status = next));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return reportFailure(error, messages, terminal);
  } finally {
    interruption.stop();
  }
}

/** Who reads has read enough, as `head` does: there is nobody left to say anything to. */
function leaveWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
}

/** Looked for by hand, since even commander's own errors must be said in the right language. */
function askedLanguage(argv: readonly string[]): Language | undefined {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const word = argv[at];
  const given = word?.includes('=') === true ? word.slice('--lang='.length) : argv[at + 1];
  return at < 0 ? undefined : LANGUAGES.find((language) => language === given);
}

function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}

/** The first Ctrl-C cancels; a second one ends the program where it stands. */
function watchInterrupts(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

function buildProgram(context: CliContext, setStatus: (status: number) => void): Command {
  const { messages } = context;
  const { help } = messages;
  const program = prepare(new Command('npm start --'), context)
    .description(help.program)
    .version(application().version, '--version', help.version)
    .helpCommand('help [command]', help.helpCommand)
    // Commands have options of the same names as the studio's own.
    .enablePositionalOptions();
  addStudioCommands(program, context, setStatus);

  const generate = prepare(program.command('generate'), context).description(help.generate);
  generate.argument('<prompt>', help.prompt);
  addGenerateOptions(addPictureOptions(generate, messages), messages);
  generate.action((prompt: string, options: PictureOptions) =>
    generateCommand(prompt, options, context),
  );

  const edit = prepare(program.command('edit'), context).description(help.edit);
  edit.argument('<image>', help.image).argument('<instruction>', help.instruction);
  addEditOptions(addPictureOptions(edit, messages), messages);
  edit.action((image: string, instruction: string, options: PictureOptions) =>
    editCommand(image, instruction, options, context),
  );

  addModelCommands(program, context);
  addGpuCommands(program, context);
  prepare(program.command('doctor'), context)
    .description(help.doctor)
    .option('--model <id|dir>', help.doctorModel)
    .option('--json', help.json)
    .action(async (options: DoctorOptions) => {
      setStatus((await doctorCommand(options, context)) ? 0 : NOT_FIT);
    });
  return program;
}

/** The studio: what opens without a command, and the same in a browser. */
function addStudioCommands(
  program: Command,
  context: CliContext,
  setStatus: (status: number) => void,
): void {
  const { messages } = context;
  const { help } = messages;
  addStudioOptions(program.argument('[files...]', help.files), messages)
    // The action tells an unknown command from an unknown option; commander would see the latter.
    .allowUnknownOption()
    .option('--host <host>', help.host, parseChoice('--host', HOSTS, messages))
    .action(async (files: string[], options: StudioOptions) => {
      setStatus(await studioCommand(files, options, context));
    });
  const serve = prepare(program.command('serve'), context).description(help.serve);
  addStudioOptions(serve.argument('[files...]', help.files), messages).action(
    (files: string[], options: StudioOptions) => serveCommand(files, options, context),
  );
}

function addModelCommands(program: Command, context: CliContext): void {
  const { help } = context.messages;
  const models = prepare(program.command('models'), context).description(help.models);
  prepare(models.command('list'), context)
    .description(help.modelsList)
    .option('--json', help.json)
    .action(() => listCommand(context));
  prepare(models.command('inspect'), context)
    .description(help.modelsInspect)
    .argument('<model>', help.modelArgument)
    .option('--json', help.json)
    .action((model: string) => inspectCommand(model, context));
  prepare(models.command('verify'), context)
    .description(help.modelsVerify)
    .argument('<model>', help.modelArgument)
    .option('--json', help.json)
    .action((model: string) => verifyCommand(model, context));
  prepare(models.command('import'), context)
    .description(help.modelsImport)
    .argument('<dir>', help.importFolder)
    .option('--name <name>', help.importName)
    .option('--diffusion <dir>', help.importDiffusion)
    .option('--vision <dir|file>', help.importVision)
    .option('--json', help.json)
    .action((dir: string, request: ImportRequest) => importCommand(dir, request, context));
  prepare(models.command('quantize'), context)
    .description(help.modelsQuantize)
    .argument('<model>', help.modelArgument)
    .option('--bits <n>', help.bits, parseBits(context.messages))
    .option('--json', help.json)
    .action((model: string, { bits = 8 }: { readonly bits?: CodeBits }) =>
      quantizeCommand(model, { bits }, context),
    );
  addDownloadCommands(models, context);
}

/** What a graphics processor needs beside the install. */
function addGpuCommands(program: Command, context: CliContext): void {
  const { help } = context.messages;
  const gpu = prepare(program.command('gpu'), context).description(help.gpu);
  prepare(gpu.command('setup'), context)
    .description(help.gpuSetup)
    .option('--yes', help.gpuYes)
    .option('--source <url>', help.gpuSource)
    .option('--proxy <url>', help.proxy)
    .option('--json', help.json)
    .action((flags: GpuFlags) => gpuSetupCommand(flags, context));
}

/** Models that come from a server, and that go. */
function addDownloadCommands(models: Command, context: CliContext): void {
  const { help } = context.messages;
  prepare(models.command('download'), context)
    .description(help.modelsDownload)
    .argument('[id]', help.downloadId)
    .option('--list', help.downloadList)
    .option('--accept-licence', help.acceptLicence)
    .option('--endpoint <url>', help.endpoint)
    .option('--proxy <url>', help.proxy)
    .option('--json', help.json)
    .action((id: string | undefined, flags: DownloadFlags) =>
      id === undefined || flags.list === true
        ? offersCommand(id, flags, context)
        : downloadCommand(id, flags, context),
    );
  prepare(models.command('delete'), context)
    .description(help.modelsDelete)
    .argument('<id>', help.deleteId)
    .option('--yes', help.yes)
    .option('--json', help.json)
    .action((id: string, options: DeleteOptions) => deleteCommand(id, options, context));
}

/** What every command shares: its language, its headings, and errors that are thrown. */
function prepare(command: Command, { messages, terminal }: CliContext): Command {
  const { help, usage } = messages;
  const headings: Record<string, string> = {
    'Usage:': help.usage,
    'Arguments:': help.arguments,
    'Options:': help.options,
    'Commands:': help.commands,
  };
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.say(text.trimEnd());
      },
      writeErr: () => undefined,
    })
    .configureHelp({ styleTitle: (title) => headings[title] ?? title })
    .helpOption('-h, --help', help.helpOption)
    .option('--lang <language>', help.lang, (given: string) => {
      if (LANGUAGES.some((language) => language === given)) return given;
      throw usageError(usage.notChoice('--lang', LANGUAGES.join(', '), given));
    });
}
