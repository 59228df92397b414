/** Which configuration file holds: --config, else VIKTORIA_OPS_CONFIG, else the first one found. */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { OperatorError } from '../errors.js';
import type { Finding } from '../status.js';
import type { Environment } from './environment-variables.js';

export interface Found {
  readonly file: string | undefined;
  readonly warnings: readonly Finding[];
}

/** A directory to search, and the names to look for in it, in this order. */
export interface SearchPlace {
  readonly directory: string;
  readonly names: readonly string[];
}

const IN_PROJECT = ['.monitoringrc.json', '.monitoringrc.yaml', '.monitoringrc.yml'] as const;
const OF_ITS_OWN = ['config.json', 'config.yaml', 'config.yml', ...IN_PROJECT] as const;
const SYSTEM_DIRECTORY = '/etc/viktoria-ops';

/** The file to read. Only when none is named is anything searched, and the search loaded. */
export async function findConfigFile(named: string | undefined, env: Environment, cwd: string): Promise<Found> {
  if (named === '') throw new OperatorError('VOPS-USAGE', '--config is empty', { hint: 'name a file after --config' });
  const file = named ?? (env.VIKTORIA_OPS_CONFIG || undefined);
  if (file !== undefined) return { file: resolve(cwd, file), warnings: [] };
  const { searchConfigFile } = await import('./search.js');
  return searchConfigFile(searchPlaces(env, cwd));
}

/** From the working directory upward, then the user's directory, then the system's. */
export function searchPlaces(env: Environment, cwd: string): readonly SearchPlace[] {
  const user = userDirectory(env);
  return [
    ...upward(cwd).map((directory) => ({ directory, names: IN_PROJECT })),
    ...(user === undefined ? [] : [{ directory: user, names: OF_ITS_OWN }]),
    { directory: SYSTEM_DIRECTORY, names: OF_ITS_OWN },
  ];
}

/** The XDG specification: a value that is empty or relative is to be ignored. */
function userDirectory({ XDG_CONFIG_HOME, HOME }: Environment): string | undefined {
  if (XDG_CONFIG_HOME && isAbsolute(XDG_CONFIG_HOME)) return join(XDG_CONFIG_HOME, 'viktoria-ops');
  return HOME && isAbsolute(HOME) ? join(HOME, '.config', 'viktoria-ops') : undefined;
}

function upward(directory: string): readonly string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...upward(above)];
}
