/** What a command is given. Members that cost something are functions, built on first use and closed by `dispose()`. */
import type { ApiCall } from './api/index.js';
import type { Config, Secret } from './config/index.js';
import type { Database, MaintenanceSession } from './pg/index.js';
import type { Execute } from './process/index.js';
import type { Redactor } from './redact.js';

/** How every session of ours begins its name in `pg_stat_activity`; command and run id follow. */
export const APPLICATION_NAME_PREFIX = 'viktoria-ops:';

export interface Log {
  /** Something the operator should know though the work goes on; shown unless --quiet. */
  readonly warn: (message: string) => void;
  /** Shown with -v. */
  readonly info: (message: string) => void;
  /** Shown with -vv. */
  readonly debug: (message: string) => void;
}

export interface Progress {
  /** Something begins; `id` is what `finish` names. Drawn only on a terminal, or line by line with -v. */
  readonly start: (id: string) => void;
  /** How far it is, 0..1 where that is known, and what it does now. Drawn only on a terminal. */
  readonly update: (id: string, step: { readonly share: number | null; readonly text: string }) => void;
  readonly finish: (id: string, text: string) => void;
}

/** The terminal, taken over by a command that has a `picture`. It is given back when the command ends. */
export interface Screen {
  /**
   * Shows the state as the command's `picture` draws it, and again whenever the size changes. Resolves to the picture's
   * `overscroll`: only who draws knows where a text ends.
   */
  readonly draw: (state: object) => Promise<number>;
  /** Is told of every key by its name: `q`, `up`, `escape`, `ctrl-c`. One listener. */
  readonly onKey: (listener: (key: string) => void) => void;
}

/** What a connection has otherwise than the configuration says. */
export interface ConnectionChoice {
  readonly database?: string;
  /** Another server, `postgres://…`; what the address leaves out is as configured. */
  readonly url?: Secret | undefined;
  /** Longest a query may take, on the server and in the client, in milliseconds. */
  readonly queryTimeout?: number;
  /** Bare names mean what they mean to the role: for SQL that is not ours. Else only what comes with the server. */
  readonly ownSearchPath?: true;
}

export interface Context {
  readonly log: Log;
  readonly progress: Progress;
  /** Hands out a record of a command that has a `line`. False once nobody reads any more. */
  readonly emit: (record: object) => Promise<boolean>;
  /** Takes the terminal over for a command that has a `picture`; undefined where nobody watches. Errors: `VOPS-USAGE`. */
  readonly screen: () => Promise<Screen | undefined>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Wall clock, for timestamps. Durations come from `elapsed`. */
  readonly now: () => Date;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
  /** Aborted by a signal, the deadline or a step's timeout; its reason is an `OperatorError`. */
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** A person is watching (stderr is a terminal). */
  readonly interactive: boolean;
  /** Name of this run: unique, in every trace we leave (`application_name`, run record, pings). */
  readonly runId: string;
  readonly redactor: Redactor;
  readonly config: () => Promise<Config>;
  /** Calls a route of the hook-monitoring API, typed and validated by `contract/routes.ts`. */
  readonly api: ApiCall;
  /** Borrows a database connection for the callback; the server refuses to write on it. */
  readonly pg: <T>(use: (database: Database) => Promise<T>, choice?: ConnectionChoice) => Promise<T>;
  /** Borrows a session that may change the database, past any pooler. */
  readonly maintenance: <T>(use: (session: MaintenanceSession) => Promise<T>, choice?: ConnectionChoice) => Promise<T>;
  readonly exec: Execute;
  /** The state directory (0700), made on first use. */
  readonly state: () => Promise<string>;
  /** The same context under another signal: how a step gets its timeout. */
  readonly fork: (signal: AbortSignal) => Context;
  /** The same context, but the configuration is read anew: for what runs on while files change. */
  readonly renew: () => Context;
  /** Runs at the end of the command, last added first, also after a failure or a signal. */
  readonly onDispose: (close: () => Promise<void> | void) => void;
}
