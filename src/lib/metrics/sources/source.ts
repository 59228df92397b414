/** What a source is: one question, and the metrics its answer holds. */

import type { Value } from '../../conditions/index.js';
import type { Config } from '../../config/index.js';
import type { Context } from '../../context.js';
import type { OperatorError } from '../../errors.js';
import type { SourceName } from '../metric.js';

export interface Inquiry {
  readonly context: Pick<Context, 'api' | 'pg' | 'now'>;
  readonly config: Pick<Config, 'app' | 'alerting'>;
  /** What the last reading wanted to be reminded of. */
  readonly memory: string | undefined;
}

type Measures = Readonly<Record<string, Value>>;

export interface Reading {
  /** By path; all metrics of the source. */
  readonly values: Measures;
  /** For the next reading; the old one stays where there is none. */
  readonly memory?: string;
}

export interface Source {
  readonly name: Exclude<SourceName, 'self'>;
  /** Set for a source that is a route of the application: whether every backend has it. */
  readonly api?: 'required' | 'optional';
  /** Errors: `OperatorError` when there is no answer. */
  readonly read: (inquiry: Inquiry) => Promise<Reading>;
  /** What the failure says by itself. */
  readonly whenFailed?: (error: OperatorError) => Measures;
}
