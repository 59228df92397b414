/** Levels of severity under one set of names, whatever the logger calls them. */

/** The gravest first; `none` where a line does not say. */
export const LEVELS = ['fatal', 'error', 'warn', 'info', 'http', 'debug', 'trace', 'none'] as const;
export type Level = (typeof LEVELS)[number];

/** Its place in `LEVELS`: the smaller, the graver. */
export const rankOf = (level: Level): number => LEVELS.indexOf(level);

/** Names of winston, pino, PostgreSQL, syslog and of those who wrote their own, in small letters. */
const NAMES: ReadonlyMap<string, Level> = new Map(
  Object.entries({
    fatal: 'fatal',
    panic: 'fatal',
    emerg: 'fatal',
    emergency: 'fatal',
    alert: 'fatal',
    crit: 'fatal',
    critical: 'fatal',
    error: 'error',
    err: 'error',
    severe: 'error',
    warn: 'warn',
    warning: 'warn',
    notice: 'info',
    info: 'info',
    information: 'info',
    log: 'info',
    http: 'http',
    verbose: 'debug',
    debug: 'debug',
    debug1: 'debug',
    debug2: 'debug',
    debug3: 'debug',
    debug4: 'debug',
    debug5: 'debug',
    silly: 'trace',
    trace: 'trace',
  }),
);

/** The level a name stands for; colours a logger has put around it are passed over. */
export function levelOf(name: string): Level {
  return NAMES.get(withoutColors(name).trim().toLowerCase()) ?? 'none';
}

/** Pino's numbers: 60 is fatal, and each level goes up to the next. */
export function levelOfNumber(value: number): Level {
  return PINO.find(([from]) => value >= from)?.[1] ?? 'none';
}

const PINO = [
  [60, 'fatal'],
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [20, 'debug'],
  [10, 'trace'],
] as const satisfies readonly (readonly [number, Level])[];

/** Text without the escape sequences that colour it. */
export const withoutColors = (text: string): string =>
  text.includes('\u001b') ? text.replace(/\u001b\[[\d;]*m/g, '') : text;

/** Every name there is, for the pattern that looks for one in a line. */
export const LEVEL_NAMES: readonly string[] = [...NAMES.keys()];
