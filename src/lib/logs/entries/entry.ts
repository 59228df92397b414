/** What is read from a log line, whatever its format. */
import type { Level } from './levels.js';

export const FORMATS = ['json', 'strapi', 'postgres', 'csvlog', 'text'] as const;
export type Format = (typeof FORMATS)[number];

/** A request that was answered. */
export interface LoggedRequest {
  readonly method: string;
  /** As it was asked for, without the query. */
  readonly path: string;
  readonly durationMs: number;
  readonly status: number;
}

export interface Entry {
  readonly format: Format;
  /** Milliseconds since the epoch; NaN where the line has none. */
  readonly time: number;
  readonly level: Level;
  /** The first line of it; '' where there is none. */
  readonly message: string;
  readonly contentType?: string;
  readonly operation?: string;
  /** How long the hook took. */
  readonly durationMs?: number;
  readonly request?: LoggedRequest;
  readonly stack?: string;
  /** The line belongs to the entry before it: PostgreSQL's DETAIL, HINT, STATEMENT, CONTEXT. */
  readonly isAttached?: true;
}
