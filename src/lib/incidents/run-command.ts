/** Commands that people copy from a message at night: each acts where the message is from. */
import { environmentOption } from '../environment-option.js';
import { shellWord } from '../shell-word.js';

interface About {
  readonly playbook: string;
  readonly environment: string;
}

/** Runs a playbook, or goes on with its run: `viktoria-ops incidents run application-down --dry-run --env staging`. */
export const runCommand = ({ playbook, ...place }: About, ...options: readonly string[]): string =>
  ['viktoria-ops incidents run', shellWord(playbook), ...options].join(' ') + environmentOption(place);
