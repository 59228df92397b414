/** `feature-flags list` and `feature-flags usage`. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { conclude, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { Flag } from './flag.js';
import { readFlagHistory } from './history.js';
import { judgeFlags } from './judge.js';
import { surveyFlags } from './survey.js';

export const FlagList = z.object({ flags: z.array(Flag) });
export type FlagList = z.infer<typeof FlagList>;

/** The flags as the application has them now. Errors: `VOPS-API-…`. */
export async function listFlags(context: Pick<Context, 'api' | 'config' | 'now'>): Promise<Outcome<FlagList>> {
  const [told, { featureFlags }] = await Promise.all([context.api('featureFlags'), context.config()]);
  const today = dayOf(context.now());
  const flags = surveyFlags({ told, today, windowDays: 0, staleAfterDays: toDays(featureFlags.staleAfter) });
  return conclude({ flags }, judgeFlags(flags, featureFlags.staleAfter));
}

export const UsageFlags = z.object({ window: Duration.prefault('30d') });

export const FlagUsageReport = FlagList.extend({ windowDays: z.number() });
export type FlagUsageReport = z.infer<typeof FlagUsageReport>;

/** Evaluations of every instance over days. A history that cannot be read is a finding. Errors: `VOPS-API-…`. */
export async function reportFlagUsage(
  context: Pick<Context, 'api' | 'config' | 'now' | 'pg' | 'signal'>,
  { window }: z.output<typeof UsageFlags>,
): Promise<Outcome<FlagUsageReport>> {
  const [told, read, { featureFlags }] = await Promise.all([
    context.api('featureFlags'),
    readFlagHistory(context),
    context.config(),
  ]);
  const windowDays = toDays(window);
  const days = { today: dayOf(context.now()), windowDays, staleAfterDays: toDays(featureFlags.staleAfter) };
  const flags = surveyFlags({ told, history: 'found' in read ? read.found : undefined, ...days });
  const missing = 'missing' in read ? [read.missing] : [];
  return conclude({ windowDays, flags }, [...judgeFlags(flags, featureFlags.staleAfter), ...missing]);
}

/** Of UTC. */
export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

const DAY_MS = 86_400_000;
/** Whole days, one at least. */
export const toDays = (durationMs: number): number => Math.max(1, Math.ceil(durationMs / DAY_MS));
