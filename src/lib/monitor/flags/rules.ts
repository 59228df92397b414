/** What a flag says, by environment and by who asks. Pure. */
import { createHash } from 'node:crypto';
import * as z from 'zod';

const Percentage = z.number().min(0).max(100);
/** On or off for everybody, or on for a share of them. */
const Rule = z.union([z.boolean(), z.strictObject({ percentage: Percentage })]);

const Flag = z.strictObject({
  description: z.string().optional(),
  /** Where no environment says otherwise. */
  enabled: Rule,
  /** By name of the environment, such as `production`. */
  environments: z.record(z.string(), Rule).optional(),
  owner: z.string().optional(),
  /** Day on which it should be gone, such as `2027-01-31`. */
  expires: z.iso.date().optional(),
});
export type Flag = z.output<typeof Flag>;

/** The file: `{ "flags": { "new-table": { "enabled": false, "environments": { "staging": true } } } }`. */
export const FlagFile = z.strictObject({ flags: z.record(z.string().min(1), Flag) });

/** The share (0..100) for whom the flag is on in this environment. */
export function shareOf({ enabled, environments = {} }: Flag, environment: string): number {
  const rule = (Object.hasOwn(environments, environment) ? environments[environment] : undefined) ?? enabled;
  if (typeof rule === 'boolean') return rule ? 100 : 0;
  return rule.percentage;
}

/**
 * Whether a share includes this key. The same key always falls at the same place of a flag, so a growing share switches
 * nobody off; without a key, only everybody is enough.
 */
export function includes(share: number, name: string, key: string | undefined): boolean {
  if (share <= 0 || share >= 100) return share >= 100;
  return key !== undefined && placeOf(`${name}\n${key}`) < share;
}

/** 0..100, evenly. */
const placeOf = (text: string): number =>
  (createHash('sha256').update(text).digest().readUInt32BE(0) / 0x1_0000_0000) * 100;
