/** The hooks of the sample, and how long each takes when all is well. */
import type { Thrown } from '../../monitor/history/errors.js';
import type { Subject } from '../../monitor/history/tally.js';

export interface Hook {
  readonly subject: Subject;
  /** Runs in a busy hour. */
  readonly perHour: number;
  readonly medianMs: number;
  /** Standard deviation of the logarithm of the time: 0.3 is a hook whose time depends on its input. */
  readonly spread: number;
  readonly queries: number;
  /** Share of runs that throw, and what. */
  readonly throws?: { readonly share: number; readonly outcome: 'failed' | 'rejected'; readonly thrown: Thrown };
}

function hook(name: string, operation: string, rest: Omit<Hook, 'subject'>): Hook {
  return { subject: { kind: 'hook', contentType: `api::${name}.${name}`, operation, source: 'model' }, ...rest };
}

const thrown = (type: string, message: string, file: string): Thrown => ({
  type,
  message,
  stack: `    at ${file}\n    at async Object.run (node_modules/@strapi/database/dist/lifecycles/index.js:60:13)`,
});

export const SLOWER_HOOK = hook('match', 'afterUpdate', { perHour: 20, medianMs: 42, spread: 0.35, queries: 5 });
export const NEW_ERROR = "Cannot read properties of undefined (reading 'referee')";
export const NEW_THROWN = thrown(
  'TypeError',
  NEW_ERROR,
  'afterUpdate (src/api/match/content-types/match/lifecycles.js:31:40)',
);
const DIVISION = thrown(
  'DatabaseError',
  'division by zero',
  'afterUpdate (src/api/team/content-types/team/lifecycles.js:18:9)',
);
const NAMELESS = thrown(
  'ValidationError',
  'name: 1 to 80 characters',
  'validate (src/api/player/content-types/player/lifecycles.js:9:11)',
);

/** The hooks of the sample, as fast as they are there; what a pool that is too small does to one of them comes on top. */
export const HOOKS: readonly Hook[] = [
  SLOWER_HOOK,
  hook('match', 'beforeUpdate', { perHour: 20, medianMs: 0.2, spread: 0.4, queries: 0 }),
  hook('match', 'beforeCreate', { perHour: 0.5, medianMs: 5, spread: 0.3, queries: 1 }),
  hook('match', 'afterCreate', { perHour: 0.5, medianMs: 3, spread: 0.3, queries: 1 }),
  hook('team', 'beforeUpdate', { perHour: 40, medianMs: 0.1, spread: 0.4, queries: 0 }),
  hook('team', 'afterUpdate', {
    perHour: 40,
    medianMs: 4,
    spread: 0.3,
    queries: 1,
    throws: { share: 0.002, outcome: 'failed', thrown: DIVISION },
  }),
  hook('player', 'beforeUpdate', { perHour: 4, medianMs: 0.1, spread: 0.4, queries: 0 }),
  hook('player', 'afterUpdate', { perHour: 4, medianMs: 131, spread: 0.03, queries: 1 }),
  hook('player', 'beforeCreate', {
    perHour: 1,
    medianMs: 0.1,
    spread: 0.4,
    queries: 0,
    throws: { share: 0.05, outcome: 'rejected', thrown: NAMELESS },
  }),
  hook('player', 'afterCreate', { perHour: 1, medianMs: 3, spread: 0.3, queries: 1 }),
];
