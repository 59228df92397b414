/** What is counted of the entries: by level, by quarter of an hour, by hook, route and message template. */
import { LEVELS, rankOf } from '../entries/levels.js';
import { QUARTER_MS } from '../entries/zone.js';
import { addDuration, createDurations, type Durations } from './durations.js';
import { Top } from './top.js';

/** How many of each are kept apart; what is rarer is counted together. */
const CAPACITY = { templates: 2_000, hooks: 500, routes: 500 } as const;
/** Over a year of quarters; times beyond are counted apart. */
const MAX_QUARTERS = 40_000;

/** Levels whose messages are grouped: warnings and what is graver. */
export const GROUPED_RANKS = rankOf('warn') + 1;
const ERROR_RANK = rankOf('error');

export interface TemplateCount {
  count: number;
  /** NaN where no entry has a time. */
  firstAt: number;
  lastAt: number;
  /** The first entry of its kind, as it came. */
  example: string;
  stack: string;
}

export interface Quarter {
  entries: number;
  warnings: number;
  errors: number;
}

/** Counts one entry after the other; a worker sends its members. */
export class Tally {
  readonly levels = LEVELS.map(() => 0);
  /** By the quarter's number since the epoch. */
  readonly quarters = new Map<number, Quarter>();
  readonly hooks = new Top<Durations>(CAPACITY.hooks);
  readonly routes = new Top<Durations>(CAPACITY.routes);
  /** By rank of the level. */
  readonly templates = Array.from({ length: GROUPED_RANKS }, () => new Top<TemplateCount>(CAPACITY.templates));
  firstAt = Number.NaN;
  lastAt = Number.NaN;
  undated = 0;
  /** Entries from before the period asked for. */
  earlier = 0;
  /** Entries that belong to no quarter we keep. */
  beyond = 0;

  private readonly since: number;
  private quarterNumber = Number.NaN;
  private quarter: Quarter = { entries: 0, warnings: 0, errors: 0 };

  constructor(since: number) {
    this.since = since;
  }

  /** Counts an entry, unless it is from before the period asked for: then false, and nothing of it is counted. */
  add(rank: number, time: number): boolean {
    if (time < this.since) {
      this.earlier++;
      return false;
    }
    this.levels[rank] = (this.levels[rank] ?? 0) + 1;
    if (Number.isNaN(time)) this.undated++;
    else this.addAt(rank, time);
    return true;
  }

  private addAt(rank: number, time: number): void {
    if (!(time >= this.firstAt)) this.firstAt = time;
    if (!(time <= this.lastAt)) this.lastAt = time;
    const number = Math.floor(time / QUARTER_MS);
    if (number !== this.quarterNumber) this.turnTo(number);
    this.quarter.entries++;
    if (rank <= ERROR_RANK) this.quarter.errors++;
    else if (rank < GROUPED_RANKS) this.quarter.warnings++;
  }

  private turnTo(number: number): void {
    let quarter = this.quarters.get(number);
    if (quarter === undefined && this.quarters.size < MAX_QUARTERS) {
      quarter = { entries: 0, warnings: 0, errors: 0 };
      this.quarters.set(number, quarter);
    }
    this.quarterNumber = quarter === undefined ? Number.NaN : number;
    this.quarter = quarter ?? { entries: 0, warnings: 0, errors: 0 };
    if (quarter === undefined) this.beyond++;
  }

  addHook(rank: number, name: string, durationMs: number): void {
    const durations = durationsOf(this.hooks, name);
    addDuration(durations, durationMs);
    if (rank <= ERROR_RANK) durations.failures++;
  }

  addRoute(name: string, durationMs: number, hasFailed: boolean): void {
    const durations = durationsOf(this.routes, name);
    addDuration(durations, durationMs);
    if (hasFailed) durations.failures++;
  }

  /** Counts a message of a grouped level. Returns the group when it is new: its example is yet to be given. */
  addTemplate(rank: number, template: string, time: number): TemplateCount | undefined {
    const top = this.templates[rank];
    const known = top?.get(template);
    if (known === undefined) {
      const group = { count: 1, firstAt: time, lastAt: time, example: '', stack: '' };
      top?.set(template, group);
      return group;
    }
    known.count++;
    if (Number.isNaN(time)) return undefined;
    if (!(time >= known.firstAt)) known.firstAt = time;
    if (!(time <= known.lastAt)) known.lastAt = time;
    return undefined;
  }
}

function durationsOf(top: Top<Durations>, name: string): Durations {
  const known = top.get(name);
  if (known !== undefined) return known;
  const durations = createDurations();
  top.set(name, durations);
  return durations;
}
