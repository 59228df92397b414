/** Command lines that people copy. */
import type { Config } from '../config/index.js';

/** As a shell takes it for one word. */
export const quoteArgument = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;

/** How a command is typed for this configuration, from any directory. */
export function commandOf({ file, environment }: Pick<Config, 'file' | 'environment'>): (words: string) => string {
  const config = file === undefined ? '' : ` --config ${quoteArgument(file)}`;
  const env = environment === 'default' ? '' : ` --env ${quoteArgument(environment)}`;
  return (words) => `viktoria-ops ${words}${config}${env}`;
}
