/** Requests by route, method and status class, counted since the start. */
import { BUCKET_BOUNDS_SECONDS, bucketOf } from './history/recorder.js';

export interface HttpMetrics {
  /** A request arrived; the returned function tells how it ended. */
  readonly begin: (method: string) => (end: { readonly route: string; readonly status: number }) => void;
  readonly counters: () => readonly HttpCounter[];
  readonly inFlight: () => number;
  /** Requests that ended. */
  readonly answered: () => number;
}

export interface HttpCounter {
  readonly method: string;
  /** The router's pattern, such as `/api/players/:id`, or `unmatched`. */
  readonly route: string;
  /** `2xx` and the like. */
  readonly status: string;
  executions: number;
  totalSeconds: number;
  /** Not cumulated; bounds are BUCKET_BOUNDS_SECONDS. */
  readonly buckets: number[];
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Told apart; what comes later counts as route `other`. */
const SERIES_KEPT = 1_000;

export function createHttpMetrics(): HttpMetrics {
  const counters = new Map<string, HttpCounter>();
  let inFlight = 0;
  let answered = 0;
  const counterOf = (method: string, route: string, status: string): HttpCounter => {
    const found = counters.get(`${method} ${status} ${route}`);
    if (found) return found;
    if (counters.size >= SERIES_KEPT && route !== 'other') return counterOf(method, 'other', status);
    const buckets = BUCKET_BOUNDS_SECONDS.map(() => 0);
    const made = { method, route, status, executions: 0, totalSeconds: 0, buckets };
    counters.set(`${method} ${status} ${route}`, made);
    return made;
  };
  return {
    begin(method) {
      const startedAt = performance.now();
      inFlight += 1;
      return ({ route, status }) => {
        const seconds = (performance.now() - startedAt) / 1000;
        inFlight -= 1;
        answered += 1;
        const counter = counterOf(METHODS.has(method) ? method : 'other', route, `${Math.floor(status / 100)}xx`);
        counter.executions += 1;
        counter.totalSeconds += seconds;
        const bucket = bucketOf(seconds);
        if (bucket < counter.buckets.length) counter.buckets[bucket] = (counter.buckets[bucket] ?? 0) + 1;
      };
    },
    counters: () => [...counters.values()],
    inFlight: () => inFlight,
    answered: () => answered,
  };
}
