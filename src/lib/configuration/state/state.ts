/** The configuration at one moment or place: what can be compared, audited and restored. */
import type { Finding } from '../../status.js';
import type { Fingerprints } from '../fingerprints.js';

export interface ConfigState {
  /** `now`, the id of a snapshot, `env:production`, a directory. */
  readonly label: string;
  /** When it was so; null for what has no time. */
  readonly at: string | null;
  /** By its path in a snapshot; null for a file that is there and cannot be read. */
  readonly files: ReadonlyMap<string, Buffer | null>;
  readonly fingerprints: Fingerprints | undefined;
  readonly findings: readonly Finding[];
  /** Our own file is not part of it: a directory of the backend's. */
  readonly isBackendOnly?: true;
}

/** What is in a snapshot about the snapshot. */
export const ENV_KEYS = 'backend/env-keys.txt';

/** The path people know: `config/server.ts`, `.env`. */
export const shownPath = (path: string): string => NAMES[path] ?? path.replace(/^(backend|viktoria-ops)\//, '');

/** Of an environment, which is no file. */
export const OWN_VALUES = 'viktoria-ops/values.json';
export const BACKEND_VALUES = 'backend/values.json';

const NAMES: Readonly<Record<string, string>> = {
  [ENV_KEYS]: '.env',
  [OWN_VALUES]: 'values of viktoria-ops',
  [BACKEND_VALUES]: 'settings of the backend',
};
