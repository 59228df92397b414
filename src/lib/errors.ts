/**
 * The one place where outcomes and errors become exit codes and words.
 *
 * Two kinds of error exist: `OperatorError` for what an operator can expect and mend, and everything else, which is a
 * bug of ours (exit 70). Bad news about the backend is neither: it is a result.
 */
import type { Status } from './status.js';

/** Every exit code there is. Shown by `help exit-codes`; additions are API changes. */
export const EXIT_CODES = [
  { code: 0, name: 'ok', meaning: 'done; nothing at or above --fail-on (default: error)' },
  { code: 1, name: 'failed', meaning: 'the purpose was not achieved, or a check found a problem' },
  { code: 2, name: 'usage/config', meaning: 'wrong call, or invalid or unsafe configuration; nothing was executed' },
  { code: 3, name: 'partial', meaning: 'several parts: some failed, the rest is good' },
  { code: 4, name: 'no verdict', meaning: 'database, API, registry or tool unreachable or missing' },
  { code: 70, name: 'internal', meaning: 'a bug of viktoria-ops; run again with --debug and report it' },
  { code: 75, name: 'busy', meaning: 'another run holds the lock, and --lock-wait is over' },
  { code: 124, name: 'deadline', meaning: '--deadline ran out' },
  { code: 129, name: 'hangup', meaning: 'ended by SIGHUP, after clean-up' },
  { code: 130, name: 'interrupted', meaning: 'ended by SIGINT (Ctrl-C), after clean-up' },
  { code: 143, name: 'terminated', meaning: 'ended by SIGTERM, after clean-up' },
] as const;
export type ExitCode = (typeof EXIT_CODES)[number]['code'];

/** Stable error codes and the exit code each leads to. */
export const ERROR_CODES = {
  'VOPS-USAGE': 2,
  'VOPS-CONFIG-NOT-FOUND': 2,
  'VOPS-CONFIG-INVALID': 2,
  'VOPS-CONFIG-UNSAFE': 2,
  'VOPS-SECRET-MISSING': 2,
  'VOPS-API-UNREACHABLE': 4,
  'VOPS-API-TIMEOUT': 4,
  'VOPS-API-DENIED': 4,
  'VOPS-API-BUSY': 4,
  'VOPS-API-NOT-OFFERED': 4,
  'VOPS-API-UNEXPECTED': 4,
  'VOPS-METRICS-ABSENT': 4,
  'VOPS-QUEUE-UNREADABLE': 4,
  'VOPS-DB-UNREACHABLE': 4,
  'VOPS-DB-DENIED': 4,
  'VOPS-DB-POOLED': 2,
  'VOPS-DB-TIMEOUT': 4,
  'VOPS-DB-QUERY': 1,
  'VOPS-TOOL-MISSING': 4,
  'VOPS-TOOL-FAILED': 1,
  'VOPS-BACKUP-NOT-FOUND': 2,
  'VOPS-BACKUP-DAMAGED': 1,
  'VOPS-BACKUP-KEY': 1,
  'VOPS-BACKUP-KEY-ABSENT': 4,
  'VOPS-REMOTE-UNREACHABLE': 4,
  'VOPS-REMOTE-DENIED': 4,
  'VOPS-REMOTE-FAILED': 1,
  'VOPS-DEPS-UNCLEAN': 2,
  'VOPS-FILE': 1,
  'VOPS-FILE-UNSAFE': 1,
  'VOPS-DISK-FULL': 1,
  'VOPS-OUTPUT': 1,
  'VOPS-DOCS-MARKERS': 1,
  'VOPS-DOCS-EDITED': 1,
  'VOPS-STEP-TIMEOUT': 1,
  'VOPS-LOCK-BUSY': 75,
  'VOPS-DEADLINE': 124,
  'VOPS-SIGHUP': 129,
  'VOPS-SIGINT': 130,
  'VOPS-SIGTERM': 143,
  'VOPS-INTERNAL': 70,
} as const satisfies Record<string, ExitCode>;
export type ErrorCode = keyof typeof ERROR_CODES;

/** An error the operator can expect and mend. `message` says what and where, `hint` what to do next. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** An error as data: what `--json`, run records and the last line on stderr carry. */
export interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

/** Any thrown value as data. What is not an `OperatorError` is a bug of ours and says so. */
export function explain(error: unknown): Explanation {
  if (error instanceof OperatorError) {
    return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  return {
    code: 'VOPS-INTERNAL',
    message: `unexpected ${error instanceof Error ? `${error.name}: ${error.message}` : `error: ${String(error)}`}`,
    hint: 'this is a bug of viktoria-ops: run again with --debug and report the output',
  };
}

const STATUS_OF_EXIT_CODE: Partial<Record<ExitCode, Status>> = {
  0: 'ok',
  3: 'partial',
  4: 'unknown',
  124: 'interrupted',
  129: 'interrupted',
  130: 'interrupted',
  143: 'interrupted',
};

/** The status of work that ended in this error. */
export function statusOf(code: ErrorCode): Status {
  return STATUS_OF_EXIT_CODE[ERROR_CODES[code]] ?? 'failed';
}

const EXIT_CODE_OF_STATUS = {
  ok: 0,
  skipped: 0,
  warning: 0,
  unknown: 4,
  partial: 3,
  failed: 1,
  interrupted: 130,
} as const satisfies Record<Status, ExitCode>;

/** The exit code of a verdict; an error, where there is one, decides alone. */
export function exitCodeOf(status: Status, failOn: 'error' | 'warning' = 'error', error?: Explanation): ExitCode {
  if (error) return ERROR_CODES[error.code];
  return status === 'warning' && failOn === 'warning' ? 1 : EXIT_CODE_OF_STATUS[status];
}

/** What a signal or an expired deadline leaves as the reason of the aborted run. */
export function abortReason(signal: AbortSignal): OperatorError {
  return signal.reason instanceof OperatorError
    ? signal.reason
    : new OperatorError('VOPS-INTERNAL', 'the run was aborted', { cause: signal.reason });
}

/**
 * The operating system's error code (`ENOENT`, `ENOSPC`…) of a thrown value, if it has one. By shape, not by class: an
 * error of Node's own modules is of another realm inside a VM context, such as Jest's.
 */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
