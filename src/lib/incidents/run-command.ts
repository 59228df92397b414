/** Commands that people copy from a message at night. */
import { shellWord } from '../shell-word.js';

/** Runs a playbook, or goes on with its run: `viktoria-ops incidents run application-down --dry-run`. */
export const runCommand = (playbook: string, ...options: readonly string[]): string =>
  ['viktoria-ops incidents run', shellWord(playbook), ...options].join(' ');
