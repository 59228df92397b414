/** What every step of a rotation works with. */
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import type { Compressor, HeldDirectory } from '../files/index.js';

export interface Job {
  readonly context: Pick<Context, 'signal' | 'elapsed' | 'exec'>;
  readonly logs: Config['logs'];
  readonly directory: HeldDirectory;
  /** Undefined when rotated logs stay as they are. */
  readonly compressor: Compressor | undefined;
}
