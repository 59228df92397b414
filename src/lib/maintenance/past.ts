/** When each tier last went well, in each environment, and whether that is too long ago. */
import * as z from 'zod';
import type { Finding } from '../status.js';
import { type RunRecord, readBack } from './runs.js';
import { NOT_NAMED } from './selection.js';

/** How often each tier should run, in seconds; half as much again is late. */
const PERIOD_SECONDS = { daily: 86_400, weekly: 604_800, monthly: 31 * 86_400 } as const;
type TierName = keyof typeof PERIOD_SECONDS;
export const TIERS = Object.keys(PERIOD_SECONDS) as readonly TierName[]; // its keys are no others
const LATE_FACTOR = 1.5;

export const Success = z.strictObject({
  tier: z.string(),
  environment: z.string(),
  startedAt: z.iso.datetime(),
  ageSeconds: z.number(),
});

/** `daily`, `daily of production`. */
export const nameOfTier = ({ tier, environment }: Pick<RunRecord, 'tier' | 'environment'>): string =>
  environment === 'default' ? tier : `${tier} of ${environment}`;

interface Past {
  readonly tier: TierName;
  readonly environment: string;
  readonly success: z.output<typeof Success> | undefined;
}

interface Asked {
  readonly tiers: readonly TierName[];
  readonly environments: readonly string[];
}

/** Of all that ran. From all records that are kept: a tier that runs seldom has its last one far behind those of others. */
export async function readPast(directory: string, { tiers, environments }: Asked, now: Date): Promise<Past[]> {
  const pasts = await Promise.all(tiers.map((tier) => pastOf(directory, { tier, environments }, now)));
  return pasts.flat();
}

async function pastOf(
  directory: string,
  { tier, environments }: { readonly tier: TierName } & Pick<Asked, 'environments'>,
  now: Date,
): Promise<Past[]> {
  // The last that went well, if any, of those that ran. A step tried by hand (--only) is not the tier; on a host that
  // never runs more, it is all there is to judge.
  const whole = new Map<string, RunRecord | undefined>();
  const parts = new Map<string, RunRecord | undefined>();
  for await (const record of readBack(directory, tier, now)) {
    const { environment, status, steps } = record;
    const ran = steps.some(({ reason }) => reason === NOT_NAMED) ? parts : whole;
    const wentWell = status === 'ok' || status === 'warning';
    if (!ran.get(environment)) ran.set(environment, wentWell ? record : undefined);
    if (environments.every((each) => whole.get(each))) break;
  }
  const judgedBy = (environment: string) => (whole.has(environment) ? whole : parts);
  return environments
    .filter((environment) => judgedBy(environment).has(environment))
    .map((environment) => ({ tier, environment, success: successOf(judgedBy(environment).get(environment), now) }));
}

function successOf(record: RunRecord | undefined, now: Date): Past['success'] {
  if (!record) return undefined;
  const { tier, environment, startedAt } = record;
  return { tier, environment, startedAt, ageSeconds: Math.max(0, Math.round((+now - Date.parse(startedAt)) / 1000)) };
}

export function judgePast({ tier, environment, success }: Past): Finding[] {
  if (success && success.ageSeconds <= PERIOD_SECONDS[tier] * LATE_FACTOR) return [];
  const [of, option] = environment === 'default' ? ['', ''] : [` of ${environment}`, ` --env ${environment}`];
  const message = success
    ? `the ${tier} tier${of} last went well ${Math.floor(success.ageSeconds / 3600)} h ago`
    : `the ${tier} tier${of} has not gone well in the runs kept`;
  const hint = `viktoria-ops maintenance ${tier}${option}`;
  return [{ code: 'VOPS-MAINTENANCE-LATE', severity: 'warning', message, hint }];
}
