/** What is kept of a thrown value: bounded, without secrets, with a fingerprint by which equal faults are recognised. */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { HookError } from '../../contract/index.js';
import { createRedactor } from '../../redact.js';
import type { RunOutcome, Subject } from './tally.js';

/** A thrown value as text. */
export interface Thrown {
  /** Name of the error's class, or the type of what was thrown instead. */
  readonly type: string;
  readonly message: string;
  readonly stack?: string | undefined;
}

/** An error with the identity under which it is kept. */
export interface ErrorEntry extends HookError {
  readonly id: string;
}

const LONGEST_MESSAGE = 500;
const LONGEST_TYPE = 100;
/** Enough to see who called whom in the application. */
const FRAMES_KEPT = 12;
const LONGEST_STACK = 2_000;
/** What is cleaned of a text before it is cut: half a secret is not known for one. */
const CLEANED = 4 * LONGEST_MESSAGE;

/** Errors by which Strapi's own code and policies refuse a request (`@strapi/utils`). All else is a failure. */
const REFUSALS: ReadonlySet<string> = new Set([
  'ApplicationError',
  'ForbiddenError',
  'NotFoundError',
  'PaginationError',
  'PayloadTooLargeError',
  'PolicyError',
  'RateLimitError',
  'UnauthorizedError',
  'ValidationError',
  'YupValidationError',
]);

export const outcomeOf = (thrown: unknown): RunOutcome => (REFUSALS.has(nameOf(thrown)) ? 'rejected' : 'failed');

/** By name and not by class: an application may hold several copies of `@strapi/utils`. */
function nameOf(thrown: unknown): string {
  try {
    if (isError(thrown) || (typeof thrown === 'object' && thrown !== null && 'name' in thrown)) {
      return String(thrown.name);
    }
  } catch {
    return 'unreadable'; // a getter that throws
  }
  return thrown === null ? 'null' : typeof thrown;
}

/** Reads any thrown value without throwing itself. */
export function describe(thrown: unknown): Thrown {
  try {
    const type = nameOf(thrown);
    if (!isError(thrown)) return { type, message: String(thrown) };
    return { type: isOfPostgres(thrown) ? 'DatabaseError' : type, message: messageOf(thrown), stack: framesOf(thrown) };
  } catch {
    return { type: nameOf(thrown), message: '' };
  }
}

/** Also one of another realm, such as those of `fetch` where code runs in a context of its own. */
const isError = (thrown: unknown): thrown is Error => thrown instanceof Error || types.isNativeError(thrown);

/** node-postgres names its errors `error`; their class is DatabaseError, whatever a bundler has made of that. */
const isOfPostgres = (error: Error): boolean => error.name === 'error' && 'severity' in error;

/** With its cause, where the error itself does not tell it: `fetch failed` is true of everything. */
function messageOf(error: Error): string {
  const own = sentenceOf(error);
  const cause = isError(error.cause) ? sentenceOf(error.cause) : '';
  return own.includes(cause) ? own : `${own}: ${cause}`;
}

/** knex writes all of a statement in lower case, people all of it in one case; prose begins with a capital. */
const STATEMENT =
  /^\s*(?:select|insert|update|delete|with|begin|commit|rollback|savepoint|SELECT|INSERT|UPDATE|DELETE|WITH|BEGIN|COMMIT|ROLLBACK|SAVEPOINT)\b/;

/**
 * knex writes the statement, at times with its values, which are people's data, and ` - ` before the message of the
 * driver. What follows the last one is always the driver's, or PostgreSQL's. Of several failed connections there is but a code.
 */
function sentenceOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  const message = String(error.message) || code;
  const isFromDatabase = ('severity' in error && code !== '') || STATEMENT.test(message);
  return isFromDatabase ? (message.split(' - ').at(-1) ?? message) : message;
}

/** The frames alone: the message above them may hold what only the redacted message may. */
function framesOf({ stack }: Error): string | undefined {
  if (typeof stack !== 'string') return undefined;
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? undefined : frames.slice(0, FRAMES_KEPT).join('\n').slice(0, LONGEST_STACK);
}

/** Personal data that validation messages like to quote. */
const EMAIL = /(?<![\w.+-])[\w.+-]+@(?=[\w-]+\.[\w.-]+)/g;

/** @param instance who saw it; part of the identity of its errors */
export function createErrorReader(instance: string, redactor = createRedactor()) {
  let count = 0;
  const clean = (text: string, longest: number) =>
    redactor.text(text.slice(0, CLEANED)).replace(EMAIL, '***@').slice(0, longest);
  return (subject: Subject, thrown: Thrown, { outcome, durationMs, at }: ErrorCircumstances): ErrorEntry => {
    const { contentType, operation, source } = subject;
    return {
      id: `${instance}/${++count}`,
      timestamp: new Date(at).toISOString(),
      contentType,
      operation,
      source,
      errorType: clean(thrown.type, LONGEST_TYPE),
      message: clean(thrown.message, LONGEST_MESSAGE),
      outcome: outcome === 'rejected' ? 'rejected' : 'failed',
      executionTime: Math.round(durationMs * 1000) / 1000,
      fingerprint: fingerprintOf(subject, thrown),
      instance,
      ...(thrown.stack === undefined ? {} : { stack: clean(thrown.stack, LONGEST_STACK) }),
    };
  };
}

interface ErrorCircumstances {
  readonly outcome: RunOutcome;
  readonly durationMs: number;
  /** Wall clock, ms since 1970. */
  readonly at: number;
}

/** The same for the same fault at the same place; line numbers take part, values in the message do not. */
function fingerprintOf({ contentType, operation }: Subject, { type, message, stack }: Thrown): string {
  const place = stack ?? message.replace(/\d+/g, '#').replace(/(["'`]).*?\1/g, '*');
  return createHash('sha256').update([contentType, operation, type, place].join('\n')).digest('hex').slice(0, 16);
}
