/** The newest figures of every source, with their age and what kept us from newer ones. */
import { type Data, type Range, SOURCES, type SourceName } from './sources.js';

export type Failure =
  | { readonly kind: 'late' | 'unreachable' | 'signedOut' }
  /** In the backend's own words. */
  | { readonly kind: 'refused'; readonly reason: string };

interface Reading<T> {
  readonly data?: T;
  /** When the data came, ms since 1970. */
  readonly at?: number;
  /** Of the newest attempt. */
  readonly failure?: Failure;
}
export type Readings = { readonly [Name in SourceName]: Reading<Data[Name]> };

export interface Store {
  readonly readings: () => Readings;
  readonly range: () => Range;
  readonly setRange: (range: Range) => void;
  /** What the stream of events told. */
  readonly put: (name: SourceName, data: unknown) => void;
  /** What it has is still so. */
  readonly confirm: (name: SourceName) => void;
  /** Asks the backend now, whatever its turn. */
  readonly ask: (name: SourceName) => Promise<void>;
}

export const NAMES = Object.keys(SOURCES) as readonly SourceName[]; // keys of a literal
const DEADLINE_MS = 8_000;

/** @param base path of the page */
export function createStore(base: string, onChange: (name: SourceName) => void): Store {
  let readings: Readings = {
    overview: {},
    performance: {},
    jobs: {},
    database: {},
    operator: {},
    history: {},
    usage: {},
  };
  let range: Range = '24h';
  const update = (name: SourceName, reading: Reading<unknown>) => {
    readings = { ...readings, [name]: reading };
    onChange(name);
  };
  const put = (name: SourceName, data: unknown) => update(name, { data, at: Date.now() });
  const ask = async (name: SourceName) => {
    const asked = range;
    const answer = await read(base + SOURCES[name].path(range, Date.now()));
    if (SOURCES[name].isRanged && asked !== range) return; // the answer to an earlier question
    if ('data' in answer) put(name, answer.data);
    else update(name, { ...readings[name], failure: answer.failure });
  };
  return {
    readings: () => readings,
    range: () => range,
    setRange(chosen) {
      range = chosen;
      for (const name of NAMES) if (SOURCES[name].isRanged) void ask(name);
    },
    put,
    confirm(name) {
      const { data } = readings[name];
      if (data !== undefined) put(name, data);
    },
    ask,
  };
}

type Answer = { readonly data: unknown } | { readonly failure: Failure };

/** One answer of the backend, within the deadline. Never throws. */
export async function read(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(DEADLINE_MS),
      headers: { accept: 'application/json' },
    });
    if (response.status === 401 || response.status === 403) return { failure: { kind: 'signedOut' } };
    const body: unknown = await response.json();
    // A health that is critical comes with 503, and is an answer all the same.
    if (response.ok || (response.status === 503 && !errorOf(body))) return { data: body };
    return { failure: { kind: 'refused', reason: errorOf(body) ?? `HTTP ${response.status}` } };
  } catch (error) {
    return {
      failure: { kind: error instanceof DOMException && error.name === 'TimeoutError' ? 'late' : 'unreachable' },
    };
  }
}

function errorOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : undefined;
}
