import { CommanderError } from 'commander';
import { NativaError } from '../../../native-models/errors.js';
import { titled } from '../../services/i18n/index.js';
import type { Messages } from '../../services/i18n/index.js';
import type { Terminal } from './terminal.js';

/** Exit status of a program that Ctrl-C ended, by convention 128 + 2. */
const INTERRUPTED = 130;
const FAILED = 1;
/** By convention: the command was not understood. */
const MISUSED = 2;

/** A command line that cannot be understood. */
export function usageError(message: string): NativaError {
  return new NativaError('USAGE', message);
}

/**
 * Tells a person (one line on stderr) and, with `--json`, a program (one line on stdout) what went
 * wrong.
 *
 * @returns exit status
 */
export function reportFailure(error: unknown, messages: Messages, terminal: Terminal): number {
  const { code, message } = describe(error, messages);
  terminal.clearProgress();
  terminal.error(`${messages.errors.prefix}: ${withTitle(code, message, messages)}`);
  if (terminal.json) terminal.result({ ok: false, error: { code, message } });
  if (code === 'CANCELLED' || code === 'DOWNLOAD_STOPPED') return INTERRUPTED;
  return code === 'USAGE' ? MISUSED : FAILED;
}

function describe(error: unknown, messages: Messages): { code: string; message: string } {
  if (error instanceof NativaError) {
    const { code } = error;
    return { code, message: code === 'CANCELLED' ? messages.errors.interrupted : oneLine(error) };
  }
  // What Node itself throws where a signal stops it, in reading a file for instance.
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'CANCELLED', message: messages.errors.interrupted };
  }
  if (error instanceof CommanderError) return { code: 'USAGE', message: misuse(error, messages) };
  const reason = error instanceof Error ? oneLine(error) : String(error);
  return { code: 'INTERNAL', message: messages.errors.internal(reason) };
}

function oneLine(error: Error): string {
  return error.message.replace(/\s*\n\s*/g, ' ');
}

/** Sentences of the engine are English; a title in the person's language goes before. */
function withTitle(code: string, message: string, messages: Messages): string {
  return titled(messages.errors.titles[code], message);
}

/** commander's own errors, said in our words; the name is the quoted part of its message. */
function misuse(error: CommanderError, { usage }: Messages): string {
  const name = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'commander.unknownCommand':
      return usage.unknownCommand(name);
    case 'commander.unknownOption':
      return usage.unknownOption(name);
    case 'commander.missingArgument':
      return usage.missingArgument(name.toUpperCase());
    case 'commander.optionMissingArgument':
      return usage.missingValue(name.split(' ')[0] ?? name);
    case 'commander.excessArguments':
      return usage.tooManyArguments(name);
    default:
      return oneLine(error);
  }
}
