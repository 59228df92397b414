import { arch, platform } from 'node:os';
import * as z from 'zod';
import { packageVersion } from './package.js';
import { conclude, type Outcome } from './status.js';

export const VersionResult = z.strictObject({ version: z.string(), node: z.string(), platform: z.string() });
export type VersionResult = z.output<typeof VersionResult>;

/** Version of this program and of what runs it. Touches no configuration, no database, no network. */
export async function describeVersion(): Promise<Outcome<VersionResult>> {
  return conclude({ version: packageVersion(), node: process.version, platform: `${platform()} ${arch()}` });
}
