/**
 * What we use of a Strapi instance, as Strapi 5 has it. A structural type: the library depends on no package of Strapi, and
 * works with whatever copy the application has. Everything that may be missing in another version is optional.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface StrapiLike {
  readonly db?: DatabaseLike;
  readonly server?: {
    readonly use?: (middleware: KoaMiddleware) => unknown;
    readonly httpServer?: { readonly getConnections: (answer: (error: Error | null, count: number) => void) => void };
  };
  /** The Document Service; its `use` adds a middleware around every action. */
  readonly documents?: { readonly use?: (middleware: DocumentMiddleware) => unknown };
  readonly config: { readonly get: (path: string, fallback?: unknown) => unknown };
  readonly log: LogLike;
  readonly dirs?: { readonly app?: { readonly root?: string; readonly config?: string } };
  /** Sessions of the admin panel. */
  readonly sessionManager?: (origin: 'admin') => {
    readonly validateRefreshToken: (token: string) => Promise<{ readonly isValid: boolean; readonly userId?: string }>;
  };
  readonly features?: { isEnabled?: (name: string) => unknown };
}

interface LogLike {
  readonly warn: (message: string) => unknown;
  readonly info: (message: string) => unknown;
  level?: string;
}

export interface DatabaseLike {
  /** Content types by uid; empty until the database is initialised, between `register` and `bootstrap`. */
  readonly metadata?: Iterable<readonly [string, { readonly lifecycles?: Record<string, unknown> }]>;
  readonly lifecycles?: { subscribe?: (subscriber: Subscriber) => unknown };
  readonly connection?: KnexLike;
  readonly query?: (uid: 'admin::user') => {
    readonly findOne: (params: { readonly where: { readonly id: unknown } }) => Promise<AdministratorLike | null>;
  };
  readonly inTransaction?: () => boolean;
  readonly transaction?: (work: (transaction: TransactionCallbacks) => unknown) => Promise<unknown>;
}

interface AdministratorLike {
  readonly isActive?: boolean;
}

interface TransactionCallbacks {
  readonly onCommit?: (callback: () => void) => void;
  readonly onRollback?: (callback: () => void) => void;
}

/** A function for every action, or an object with a method an action. */
export type Subscriber = ((event: LifecycleEvent) => unknown) | (object & Record<string, unknown>);

export interface LifecycleEvent {
  readonly action: string;
  readonly model: { readonly uid: string };
}

/** knex. */
export interface KnexLike {
  readonly raw: (sql: string) => PromiseLike<unknown>;
  readonly on: (event: string, listener: (...args: readonly never[]) => void) => unknown;
  readonly removeListener?: (event: string, listener: (...args: readonly never[]) => void) => unknown;
  readonly client?: { readonly pool?: Partial<PoolLike> };
}

/** tarn. */
interface PoolLike {
  readonly numUsed: () => number;
  readonly numFree: () => number;
  readonly numPendingAcquires: () => number;
  readonly max: number;
}

export interface DocumentContext {
  readonly uid: string;
  readonly action: string;
}
export type DocumentMiddleware = (context: DocumentContext, next: () => Promise<unknown>) => Promise<unknown>;

export interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly method: string;
  readonly path: string;
  /** Of the client, as far as the application trusts its proxies. */
  readonly ip?: string;
  readonly status: number;
  /** The pattern of the route, such as `/api/players/:id`. */
  readonly _matchedRoute?: string | RegExp;
  /** False: we have answered by ourselves. */
  respond?: boolean;
}
export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;
