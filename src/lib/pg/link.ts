/** From settings to a logged-in client: socket, TLS, start-up parameters, password. */
import { type NetConnectOpts, Socket } from 'node:net';
import type { Client, ClientConfig } from 'pg';
import type { Config } from '../config/index.js';
import { OperatorError } from '../errors.js';
import type { CancelKey } from './cancel.js';
import { sqlState } from './errors.js';
import { findPassword } from './password.js';
import { type Transport, transports } from './tls.js';

export interface DatabaseOptions {
  readonly config: Config['database'];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Shown in `pg_stat_activity`, so that a stray session can be traced to its run. */
  readonly applicationName: string;
  /** For commands that change something; others get a session in which the server refuses to write. */
  readonly writable?: boolean;
  /** For SQL that is not ours. */
  readonly ownSearchPath?: true;
  /** Once aborted, what runs is cancelled and the connection closed. */
  readonly signal: AbortSignal;
}

/** A client, the socket under it (to be destroyed when the server is silent), and the key to its session. */
export interface Link {
  readonly client: Client;
  readonly socket: Socket;
  readonly cancelKey: () => CancelKey | undefined;
}

/** Longest wait for a lock while looking: queries queue behind us as long as we wait. */
const LOCK_TIMEOUT_MS = 200;
/** We hold no transaction open; should a bug do so, the server ends it. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/** Where the server is: for people, and for a socket. */
export function endpoint({ host, port }: Config['database']): { address: string; server: NetConnectOpts } {
  if (!host.startsWith('/')) return { address: `${host}:${port}`, server: { host, port } };
  const path = `${host}/.s.PGSQL.${port}`;
  return { address: path, server: { path } };
}

/** Logs in, by TLS or in plain as the sslmode wants it. `stop` ends the attempt at any point. */
export async function openLink(options: DatabaseOptions, stop: AbortSignal): Promise<Link> {
  const [first = false, fallback] = await transports(options.config, options.env);
  const link = await createLink(options, first);
  try {
    return await logIn(link, stop);
  } catch (error) {
    if (fallback === undefined || stop.aborted || !isRefusalOfTls(link, error)) throw error;
  }
  return logIn(await createLink(options, fallback), stop);
}

async function createLink(options: DatabaseOptions, transport: Transport): Promise<Link> {
  const { default: pg } = await import('pg');
  const socket = new Socket();
  const client = new pg.Client({ ...clientConfig(options), ssl: transport, stream: () => socket });
  let key: CancelKey | undefined;
  client.connection.on('backendKeyData', ({ processID, secretKey }: CancelKey) => {
    key = { processID, secretKey };
  });
  client.on('error', () => {}); // a lost connection without a query is no crash: the next query reports it
  return { client, socket, cancelKey: () => key };
}

/** Everything is given: node-postgres would fill gaps from its own reading of the environment. */
function clientConfig({ config, env, applicationName, ...options }: DatabaseOptions): ClientConfig {
  return {
    host: config.host,
    port: config.port,
    user: config.user,
    database: config.database,
    password: () => passwordOf(config, env),
    application_name: applicationName,
    options: settingsOf(options),
    statement_timeout: config.queryTimeout,
    lock_timeout: Math.min(LOCK_TIMEOUT_MS, config.queryTimeout),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    sslnegotiation: 'postgres',
    keepAlive: true,
  };
}

/**
 * A database or a role may have a style of dates that node-postgres does not read, and want to hear no warnings. And whoever
 * may create in a schema of the search path could have us call functions of theirs, with our rights: ours are all in
 * pg_catalog.
 */
function settingsOf({ writable, ownSearchPath }: Pick<DatabaseOptions, 'writable' | 'ownSearchPath'>): string {
  const access = `-c default_transaction_read_only=${writable === true ? 'off' : 'on'}`;
  const usual = `${access} -c datestyle=ISO -c client_min_messages=warning`;
  return ownSearchPath ? usual : `${usual} -c search_path=pg_catalog`;
}

/** Called when the server asks for a password. */
async function passwordOf(config: DatabaseOptions['config'], env: DatabaseOptions['env']): Promise<string> {
  const password = await findPassword(config, env);
  if ('value' in password) return password.value;
  const { address } = endpoint(config);
  throw new OperatorError('VOPS-DB-DENIED', `PostgreSQL at ${address} wants a password for role ${config.user}`, {
    hint: `set database.password, PGPASSWORD or ~/.pgpass (${password.missing})`,
  });
}

async function logIn(link: Link, stop: AbortSignal): Promise<Link> {
  const halt = () => link.socket.destroy(new Error('stopped'));
  stop.addEventListener('abort', halt, { once: true });
  try {
    stop.throwIfAborted();
    await link.client.connect();
    return link;
  } catch (error) {
    link.socket.destroy();
    throw error;
  } finally {
    stop.removeEventListener('abort', halt);
  }
}

/** As libpq under `prefer`: the server was there, and did not want TLS, failed at it, or admits this client only without. */
function isRefusalOfTls({ socket }: Link, error: unknown): boolean {
  if (error instanceof OperatorError) return false; // ours: no password
  const state = sqlState(error);
  return state === undefined ? socket.bytesWritten > 0 : state === '28000';
}
