/** What is said of a log directory that cannot be used. */
import { explain, OperatorError, systemCode } from '../errors.js';
import type { Finding } from '../status.js';

export interface Unusable {
  readonly directory: string;
  /** Nobody named it: it is where the backend would have its logs. */
  readonly isUsual: boolean;
  readonly consequence: string;
}

/** A directory somebody named and that is not there may be a volume not mounted; the usual one may never have been. */
export function unusableDirectory(error: unknown, { directory, isUsual, consequence }: Unusable): Finding {
  if (!(error instanceof OperatorError)) throw error;
  if (systemCode(error.cause) !== 'ENOENT') return { ...explain(error), severity: 'error' };
  return {
    code: 'VOPS-LOGS-DIRECTORY-MISSING',
    severity: isUsual ? 'warning' : 'unknown',
    message: `no log directory ${directory}: ${consequence}`,
    hint: 'set logs.directory to where the backend writes its logs, or app.root to the root of the backend',
  };
}
