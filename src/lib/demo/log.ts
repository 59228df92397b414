/** The sample's log files: JSON lines, as Strapi's logger writes them. */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface BackendLog {
  readonly http: (message: string) => void;
  readonly error: (error: unknown) => void;
  /** Kept only while the level is `debug`. */
  readonly debug: (message: string) => void;
  /** Undefined for the usual level. */
  readonly setLevel: (level: 'debug' | undefined) => void;
  /** Resolves when everything is on disk. */
  readonly flush: () => Promise<void>;
}

type Level = 'http' | 'error' | 'debug';
type Fields = Readonly<Record<string, unknown>>;

/** A line of the log with its end. */
export const lineOf = (level: Level, fields: Fields, at: Date): string =>
  `${JSON.stringify({ level, ...fields, timestamp: at.toISOString() })}\n`;

/** What Strapi's logger says of a request. */
export const requestMessage = (method: string, url: string, answer: { durationMs: number; status: number }): string =>
  `${method} ${url} (${Math.round(answer.durationMs)} ms) ${answer.status}`;

/**
 * Writes `backend.log`, and errors to `error.log` too. Each batch opens the file by its name, so a rotated file is let go
 * of without a signal.
 */
export function createLog(directory: string): BackendLog {
  let isDetailed = false;
  const waiting: { all: string; errors: string } = { all: '', errors: '' };
  let writing: Promise<void> | undefined;

  const write = async () => {
    while (waiting.all !== '') {
      const { all, errors } = waiting;
      waiting.all = '';
      waiting.errors = '';
      await appendFile(join(directory, 'backend.log'), all);
      if (errors !== '') await appendFile(join(directory, 'error.log'), errors);
    }
    writing = undefined;
  };
  // A log that cannot be written must not take the backend with it.
  const flush = () => (writing ??= write().catch(() => undefined));

  const add = (level: Level, fields: Fields) => {
    const line = lineOf(level, fields, new Date());
    waiting.all += line;
    if (level === 'error') waiting.errors += line;
    void flush();
  };

  return {
    http: (message) => add('http', { message }),
    error: (error) => add('error', fieldsOf(error)),
    debug: (message) => {
      if (isDetailed) add('debug', { message });
    },
    setLevel: (level) => {
      isDetailed = level === 'debug';
    },
    flush,
  };
}

const fieldsOf = (error: unknown) =>
  error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) };
