import type { Command } from 'commander';
import { SCHEDULERS, TOKEN_SCALES } from '../../../native-models/bundle/index.js';
import { CODE_BITS, type CodeBits } from '../../../native-models/quantize/index.js';
import { MAX_SEED } from '../../services/pictures.js';
import type { Messages } from '../../services/i18n/index.js';
import { usageError } from './failure.js';

type Parse<T> = (text: string, previous?: T) => T;

/** Options by name as commander gives them after parsing. */
export interface PictureOptions {
  readonly out?: string;
  readonly model?: string;
  readonly seed?: number;
  readonly steps?: number;
  readonly guidance?: number;
  readonly imageGuidance?: number;
  readonly tokens?: (typeof TOKEN_SCALES)[number];
  readonly scheduler?: (typeof SCHEDULERS)[number];
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly count?: number;
  readonly width?: number;
  readonly height?: number;
  readonly threads?: number;
  readonly provider?: string;
  readonly memory?: number;
  readonly json?: boolean;
  readonly mask?: string;
  readonly feather?: number;
  readonly reference?: readonly ReferenceOption[];
  readonly keep?: number;
  readonly lockTokens?: boolean;
  readonly onlyChanged?: boolean;
}

/** `FILE[:STRENGTH]`. */
export interface ReferenceOption {
  readonly path: string;
  /** 0 to 1. */
  readonly strength: number;
}

/** Adds what `generate` and `edit` have in common. */
export function addPictureOptions(command: Command, messages: Messages): Command {
  const { help } = messages;
  const integer = (name: string, min: number, max: number) =>
    parseInteger(name, min, max, messages);
  const number = (name: string, min: number, max: number) => parseNumber(name, min, max, messages);
  return command
    .option('--out <file>', help.out)
    .option('--model <id|dir>', help.model)
    .option('--seed <n>', help.seed, integer('--seed', 0, MAX_SEED))
    .option('--count <n>', help.count, integer('--count', 1, 16))
    .option('--steps <n>', help.steps, integer('--steps', 1, 1000))
    .option('--guidance <x>', help.guidance, number('--guidance', 0, 100))
    .option('--tokens <scale>', help.tokens, parseChoice('--tokens', TOKEN_SCALES, messages))
    .option('--scheduler <name>', help.scheduler, parseChoice('--scheduler', SCHEDULERS, messages))
    .option('--temperature <x>', help.temperature, number('--temperature', 0, 10))
    .option('--top-k <n>', help.topK, integer('--top-k', 0, 1_000_000))
    .option('--top-p <x>', help.topP, number('--top-p', 0.001, 1))
    .option('--threads <n>', help.threads, integer('--threads', 1, 256))
    .option('--provider <name>', help.provider)
    .option('--memory <gigabytes>', help.memory, number('--memory', 0.05, 4096))
    .option('--json', help.json);
}

/** Adds what only `generate` has. */
export function addGenerateOptions(command: Command, messages: Messages): Command {
  const side = (name: string) => parseInteger(name, 16, 8192, messages);
  return command
    .option('--width <pixels>', messages.help.width, side('--width'))
    .option('--height <pixels>', messages.help.height, side('--height'));
}

/** Adds what only `edit` has. */
export function addEditOptions(command: Command, messages: Messages): Command {
  const { help } = messages;
  const number = (name: string, min: number, max: number) => parseNumber(name, min, max, messages);
  return command
    .option('--mask <file>', help.mask)
    .option('--feather <pixels>', help.feather, number('--feather', 0, 1000))
    .option('--reference <file[:strength]>', help.reference, parseReference(messages))
    .option('--keep <x>', help.keep, number('--keep', 0, 1))
    .option('--image-guidance <x>', help.imageGuidance, number('--image-guidance', 0, 100))
    .option('--lock-tokens', help.lockTokens)
    .option('--only-changed', help.onlyChanged)
    .option('--no-only-changed', help.noOnlyChanged);
}

/** Adds what the studio in a browser has, however it is opened. */
export function addStudioOptions(command: Command, messages: Messages): Command {
  return command
    .option('--port <n>', messages.help.port, parseInteger('--port', 1, 65_535, messages))
    .option('--no-open', messages.help.noOpen);
}

function once(name: string, previous: unknown, messages: Messages): void {
  if (previous !== undefined) throw usageError(messages.usage.twice(name));
}

/** Digits only: `1e3`, `0x10` and `7.0` are more often slips than wishes. */
function parseInteger(name: string, min: number, max: number, messages: Messages): Parse<number> {
  return (text, previous) => {
    once(name, previous, messages);
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw usageError(messages.usage.notInteger(name, min, max, text));
    }
    return value;
  };
}

function parseNumber(name: string, min: number, max: number, messages: Messages): Parse<number> {
  return (text, previous) => {
    once(name, previous, messages);
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      throw usageError(messages.usage.notNumber(name, min, max, text));
    }
    return value;
  };
}

/** A word out of a few, in any case. */
export function parseChoice<T extends string>(
  name: string,
  choices: readonly T[],
  messages: Messages,
): Parse<T> {
  return (text, previous) => {
    once(name, previous, messages);
    const choice = choices.find((one) => one.toLowerCase() === text.toLowerCase());
    if (choice !== undefined) return choice;
    throw usageError(messages.usage.notChoice(name, choices.join(', '), text));
  };
}

/** How many bits a code of a quantised model has. */
export function parseBits(messages: Messages): Parse<CodeBits> {
  return (text, previous) => {
    once('--bits', previous, messages);
    const bits = CODE_BITS.find((one) => text === `${one}`);
    if (bits !== undefined) return bits;
    throw usageError(messages.usage.notChoice('--bits', CODE_BITS.join(', '), text));
  };
}

/** The last colon divides only where a number follows: `C:\cat.png` is a whole path. */
function parseReference(messages: Messages): Parse<readonly ReferenceOption[]> {
  return (text, previous = []) => {
    const divided = /^(.*):(\d*\.?\d+)$/.exec(text);
    const path = divided?.[1] ?? text;
    const given = divided?.[2] ?? '1';
    const strength = Number(given);
    if (path === '') throw usageError(messages.usage.emptyReference);
    if (strength > 1) throw usageError(messages.usage.notNumber('--reference', 0, 1, given));
    return [...previous, { path, strength }];
  };
}
