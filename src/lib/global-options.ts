/** Options every command understands: what people read. Apart from their schema, so that --help does not load zod. */
import type { OptionText } from './command.js';

export const GLOBAL_OPTIONS: readonly OptionText[] = [
  ['--config <file>', 'configuration file (default: searched for)'],
  ['--env <name>', 'environment of the configuration to use; all for every one'],
  ['-o, --output <format>', 'table, json, ndjson or plain (default: table)'],
  ['--json', 'the same as -o json'],
  ['--format <format>', 'verdict for another program: nagios, github or junit'],
  ['--textfile <path.prom>', 'also write the verdict for the textfile collector of Prometheus'],
  ['-q, --quiet', 'say nothing when all is well'],
  ['-v, --verbose', 'say more; -vv also what is called and how long it took'],
  ['--color', 'colour, also when not on a terminal'],
  ['--no-color', 'no colour'],
  ['--fail-on <severity>', 'exit 1 from this severity on: error or warning (default: error)'],
  ['--deadline <duration>', 'give up after this time, such as 10m'],
  ['--debug', 'show where an unexpected error comes from'],
];

export const DRY_RUN_OPTION: OptionText = ['--dry-run', 'show what would be done and change nothing'];
