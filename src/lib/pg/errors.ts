/** What node-postgres, the socket and the server report, as errors an operator can mend. No secret is in any of them. */
import { type ErrorCode, OperatorError, systemCode } from '../errors.js';

interface Remedy {
  readonly code: ErrorCode;
  readonly hint: string;
}

const denied = (hint: string): Remedy => ({ code: 'VOPS-DB-DENIED', hint });
const unreachable = (hint: string): Remedy => ({ code: 'VOPS-DB-UNREACHABLE', hint });

const POOLER = 'a pooler such as PgBouncer in between? Set database.directUrl to the server itself';

/** By SQLSTATE; appendix "PostgreSQL Error Codes" of the documentation. */
const REFUSALS: Readonly<Record<string, Remedy>> = {
  '28P01': denied('set the password by database.password, PGPASSWORD or ~/.pgpass'),
  '28000': denied('check database.user and database.sslmode here, and pg_hba.conf on the server'),
  '3D000': denied('check database.database; psql -l lists the databases'),
  '42501': denied('the role needs CONNECT: grant connect on database … to …'),
  '53300': unreachable('all connections are taken: close some, or raise max_connections'),
  '57P03': unreachable('the server is starting, stopping or recovering: try again in a moment'),
  '08P01': unreachable(POOLER),
};

/** By the operating system's code. */
const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'is PostgreSQL running there? Check database.host and database.port',
  ENOTFOUND: 'no such host name: check database.host',
  EAI_AGAIN: 'the name service does not answer: check database.host and the DNS',
  ENOENT: 'no such socket: is PostgreSQL running, and database.host its socket directory?',
  EHOSTUNREACH: 'no route to the host: check the network and the firewall',
  ENETUNREACH: 'no route to the network: check the network and the firewall',
};

const TLS_FAILURE = /certificate|ssl|tls|altname|self.signed|issuer/i;

/** The five-character code of an error the server reported; undefined for all others. */
export function sqlState(error: unknown): string | undefined {
  const code = systemCode(error);
  // EPIPE has five letters too, but only the server's errors have a severity.
  const isFromServer = typeof error === 'object' && error !== null && 'severity' in error;
  return isFromServer && code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Why no connection came about. */
export function connectError(error: unknown, address: string): OperatorError {
  if (error instanceof OperatorError) return error;
  const state = sqlState(error);
  const { code, hint } = remedy(error, state);
  return new OperatorError(code, `cannot connect to PostgreSQL at ${address}: ${describe(error)}`, {
    hint,
    cause: error,
  });
}

/** Nobody answered in time. */
export const connectTimeout = (address: string, timeoutMs: number) =>
  new OperatorError('VOPS-DB-TIMEOUT', `no answer from PostgreSQL at ${address} within ${timeoutMs} ms`, {
    hint: 'check the host and the firewall, or raise database.connectTimeout',
  });

/** The server's own limit did not end the query: it, its host or the network stands still. */
export const queryTimeout = (address: string, timeoutMs: number) =>
  new OperatorError('VOPS-DB-TIMEOUT', `PostgreSQL at ${address} did not answer a query within ${timeoutMs} ms`, {
    hint: 'the server or the network stands still: look at the server; the connection was closed',
  });

/** The connection is gone. */
export const connectionLost = (address: string, error: unknown) =>
  new OperatorError('VOPS-DB-UNREACHABLE', `the connection to PostgreSQL at ${address} was lost: ${describe(error)}`, {
    hint: 'was the server restarted, or the session ended by someone? Run the command again',
    cause: error,
  });

/** Why a query failed, by the server's verdict. */
export function queryError(error: unknown, address: string): OperatorError {
  const state = sqlState(error);
  // Classes 08 (connection) and 57P0x (shutdown, crash, startup); no code at all: the socket closed.
  if (state === undefined || state.startsWith('08') || state.startsWith('57P0')) return connectionLost(address, error);
  if (state === '57014') {
    return new OperatorError('VOPS-DB-TIMEOUT', `the query was ended: ${describe(error)}`, {
      hint: 'raise database.queryTimeout, or see what keeps the server busy: viktoria-ops db health',
      cause: error,
    });
  }
  if (state === '55P03') {
    return new OperatorError('VOPS-DB-TIMEOUT', `a lock was not to be had: ${describe(error)}`, {
      hint: 'see who holds it: viktoria-ops db locks',
      cause: error,
    });
  }
  return new OperatorError('VOPS-DB-QUERY', `the query failed: ${describe(error)} (SQLSTATE ${state})`, {
    ...(state === '42501' ? { hint: 'the role lacks the right: viktoria-ops doctor shows what to grant' } : {}),
    cause: error,
  });
}

function remedy(error: unknown, state: string | undefined): Remedy {
  if (state !== undefined) {
    const known = REFUSALS[state] ?? (state.startsWith('28') ? REFUSALS['28000'] : undefined);
    return known ?? unreachable('see the server log');
  }
  const hint = FAILURES[systemCode(error) ?? ''];
  if (hint !== undefined) return unreachable(hint);
  if (TLS_FAILURE.test(describe(error))) {
    return unreachable('check database.sslmode and database.sslrootcert, and the certificate of the server');
  }
  return unreachable('check database.host and database.port');
}

/**
 * One line. A refusal on several addresses (`::1`, `127.0.0.1`) has no message of its own. By shape, not by class: an
 * error of Node's own modules may be of another realm.
 */
function describe(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  const message = hasMessage ? String(error.message) : String(error);
  return message || (systemCode(error) ?? 'unknown error');
}
