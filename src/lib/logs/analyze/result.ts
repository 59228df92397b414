/** The shape of an analysis. */
import * as z from 'zod';
import { Duration } from '../../units.js';
import { FORMATS } from '../entries/entry.js';
import { LEVELS } from '../entries/levels.js';
import { isZone } from '../entries/zone.js';
import { ENCODINGS } from './source.js';

const PERIODS = { daily: '24h', weekly: '7d', monthly: '30d' } as const;

export const AnalyzeFlags = z
  .object({
    directory: z.string().min(1).optional(),
    pattern: z.string().min(1).optional(),
    since: Duration.optional(),
    period: z.enum(['daily', 'weekly', 'monthly']).optional(),
    incremental: z.boolean().default(false),
    top: z.coerce.number().int().min(1).max(1000).default(20),
    zone: z.string().refine(isZone, { error: 'expected a time zone such as Europe/Berlin' }).optional(),
    redactIps: z.boolean().default(false),
    unredacted: z.boolean().default(false),
    report: z.string().min(1).optional(),
  })
  .refine(({ since, period }) => since === undefined || period === undefined, {
    error: 'give either --since or --period',
    path: ['period'],
  });
export type AnalyzeFlags = z.output<typeof AnalyzeFlags>;

const Timing = z.strictObject({
  count: z.number(),
  /** Hooks: entries of level error and above. Routes: answers with a status of 500 and above. */
  failures: z.number(),
  averageMs: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
});

/** What is not shown, or was not kept apart: how many kinds where that is known, and how many entries. */
const More = z.strictObject({ kinds: z.number(), entries: z.number() });

export const MessageGroup = z.strictObject({
  level: z.enum(LEVELS),
  /** The first line of the message, without its values. */
  template: z.string(),
  count: z.number(),
  isNew: z.boolean(),
  firstSeen: z.iso.datetime().nullable(),
  lastSeen: z.iso.datetime().nullable(),
  example: z.string(),
  stack: z.string().optional(),
});
export type MessageGroup = z.output<typeof MessageGroup>;

export const AnalyzedFile = z.strictObject({
  name: z.string(),
  /** `known`: its content was read before; `partial`: it could not be read to its end. */
  state: z.enum(['analyzed', 'known', 'partial']),
  reason: z.string().optional(),
  encoding: z.enum(ENCODINGS),
  /** What most of its entries are. */
  format: z.enum(FORMATS).optional(),
  sizeBytes: z.number(),
  /** Of content, unpacked. */
  analyzedBytes: z.number(),
  lines: z.number(),
  entries: z.number(),
  unrecognized: z.number(),
});
export type AnalyzedFile = z.output<typeof AnalyzedFile>;

export const LogAnalysis = z.strictObject({
  directory: z.string(),
  /** Entries before this are not counted; null when all are. */
  since: z.iso.datetime().nullable(),
  isIncremental: z.boolean(),
  /** False the first time: nothing is known yet that a message could be new against. */
  isComparable: z.boolean(),
  files: z.array(AnalyzedFile),
  /** Files not looked into, for they were last written before the period. */
  olderFiles: z.number(),
  totals: z.strictObject({
    analyzedBytes: z.number(),
    lines: z.number(),
    entries: z.number(),
    /** Lines of stacks, details and statements that belong to the entry before. */
    continued: z.number(),
    unrecognized: z.number(),
    /** Longer than 1 MiB; they are among the unrecognized. */
    tooLong: z.number(),
    /** Lines whose end was not yet written. */
    midLine: z.number(),
    undated: z.number(),
    /** Entries from before the period. */
    earlier: z.number(),
  }),
  firstEntry: z.iso.datetime().nullable(),
  lastEntry: z.iso.datetime().nullable(),
  levels: z.record(z.enum(LEVELS), z.number()),
  messages: z.array(MessageGroup),
  moreMessages: More,
  hooks: z.array(Timing.extend({ contentType: z.string(), operation: z.string() })),
  moreHooks: More,
  routes: z.array(Timing.extend({ method: z.string(), route: z.string() })),
  moreRoutes: More,
  /** The zone of `hours`, and of times in the logs that name none. */
  zone: z.string(),
  hours: z.array(
    z.strictObject({
      /** Clock time in the zone with its offset: the hour that comes twice in autumn is two. */
      hour: z.string(),
      start: z.iso.datetime(),
      entries: z.number(),
      warnings: z.number(),
      errors: z.number(),
    }),
  ),
  /** Lines in no known format, redacted. */
  samples: z.array(z.strictObject({ file: z.string(), line: z.string() })),
});
export type LogAnalysis = z.output<typeof LogAnalysis>;

/** How far back to look, in ms; undefined for everything. */
export const spanOf = ({ since, period }: AnalyzeFlags): number | undefined =>
  since ?? (period && Duration.parse(PERIODS[period]));
