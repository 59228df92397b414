/** The environment variables that stand between the flags and the file. */
import type { Path } from './origin.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Variable {
  readonly name: string;
  readonly path: readonly string[];
  readonly kind?: 'number';
  /** It says which backend, or lets into it. */
  readonly isOfOneBackend?: true;
}

/** PG… are libpq's own: what `psql` obeys in a shell holds here too. */
export const VARIABLES: readonly Variable[] = [
  { name: 'PGHOST', path: ['database', 'host'], isOfOneBackend: true },
  { name: 'PGPORT', path: ['database', 'port'], kind: 'number', isOfOneBackend: true },
  { name: 'PGUSER', path: ['database', 'user'], isOfOneBackend: true },
  { name: 'PGDATABASE', path: ['database', 'database'], isOfOneBackend: true },
  { name: 'PGPASSWORD', path: ['database', 'password'], isOfOneBackend: true },
  { name: 'PGSSLMODE', path: ['database', 'sslmode'] },
  { name: 'PGSSLROOTCERT', path: ['database', 'sslrootcert'] },
  { name: 'VIKTORIA_OPS_URL', path: ['app', 'url'], isOfOneBackend: true },
  { name: 'VIKTORIA_OPS_TOKEN', path: ['app', 'token'], isOfOneBackend: true },
  { name: 'VIKTORIA_OPS_STATE_DIRECTORY', path: ['stateDirectory'] },
  { name: 'VIKTORIA_OPS_HEARTBEAT_URL', path: ['heartbeatUrl'] },
];

/** The variable that is set and decides the value at this path. An empty one counts as unset, as in libpq. */
export function variableAt(env: Environment, path: Path): Variable | undefined {
  return VARIABLES.find((variable) => env[variable.name] && variable.path.join('.') === path.join('.'));
}

/** The value as the schema expects it; what is no number stays text, for the schema to refuse. */
export function variableValue({ kind }: Variable, text: string): string | number {
  return kind === 'number' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
