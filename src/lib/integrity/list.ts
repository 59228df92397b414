/** `integrity list`: what is checked, and how it stood when it was checked last. Asks nobody. */
import * as z from 'zod';
import type { Limit } from '../config/integrity.js';
import type { Context } from '../context.js';
import { formatPercent } from '../measures.js';
import { conclude, type Outcome } from '../status.js';
import { catalogueOf } from './catalogue.js';
import { STATES } from './decide.js';
import { openMemory } from './memory.js';

const Text = z.string().nullable();

export const IntegrityList = z.object({
  preset: Text,
  entries: z.array(
    z.object({
      name: z.string(),
      /** The kind of a check, or `journey`. */
      kind: z.string(),
      description: Text,
      owner: Text,
      /** As configured: `1`, `0.5 %`; null for a level that is off. */
      warn: Text,
      fail: Text,
      /** The business KPI it counts for. */
      kpi: Text,
      lastRun: z.iso.datetime().nullable(),
      lastState: z.enum(STATES).nullable(),
      failingSince: z.iso.datetime().nullable(),
      runs: z.number(),
    }),
  ),
});
export type IntegrityList = z.output<typeof IntegrityList>;

export const IntegrityListFlags = z.object({});

export async function listIntegrity(
  context: Pick<Context, 'config' | 'log' | 'state'>,
): Promise<Outcome<IntegrityList>> {
  const config = await context.config();
  const { checks, journeys } = catalogueOf(config);
  const memory = await openMemory(context);
  const entries: IntegrityList['entries'] = [];
  for (const { name, item } of checks) {
    const { kind, warn, fail, kpi } = item;
    const past = describeRuns(await memory.check(name));
    entries.push({ name, kind, ...describe(item), warn: limitText(warn), fail: limitText(fail), kpi, ...past });
  }
  for (const { name, item } of journeys) {
    const past = describeRuns(await memory.journey(name));
    entries.push({
      name,
      kind: 'journey',
      ...describe(item),
      warn: null,
      fail: null,
      kpi: 'userSatisfaction',
      ...past,
    });
  }
  return conclude({ preset: config.integrity.preset ?? null, entries });
}

const describe = ({
  description,
  owner,
}: {
  readonly description?: string | undefined;
  readonly owner?: string | undefined;
}) => ({
  description: description ?? null,
  owner: owner ?? null,
});

interface Remembered {
  readonly failingSince: string | null;
  readonly runs: readonly { readonly at: string; readonly state: (typeof STATES)[number] }[];
}

function describeRuns(memory: Remembered | undefined) {
  const last = memory?.runs.at(-1);
  return {
    lastRun: last?.at ?? null,
    lastState: last?.state ?? null,
    failingSince: memory?.failingSince ?? null,
    runs: memory?.runs.length ?? 0,
  };
}

function limitText(limit: Limit | undefined): string | null {
  if (limit === undefined) return null;
  return 'rows' in limit ? String(limit.rows) : formatPercent(limit.share);
}
