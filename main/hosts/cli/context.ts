import type { Language, Messages } from '../../services/i18n/index.js';
import type { Terminal } from './terminal.js';

/** What every command works with. */
export interface CliContext {
  readonly language: Language;
  readonly messages: Messages;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}
