/** The file of the uptime's history. */
import { join } from 'node:path';
import * as z from 'zod';
import { ensurePrivateDirectory } from '../../files/index.js';
import type { Finding } from '../../status.js';
import { damagedFinding, moveAside, readStored, writeStored } from '../stored.js';
import { UptimeHistory } from './uptime.js';

const UptimeFile = UptimeHistory.extend({ schemaVersion: z.literal(1) });

const uptimeFile = (directory: string) => join(directory, 'slo', 'uptime.json');

interface Stored {
  /** Undefined before the first probe. */
  readonly history: UptimeHistory | undefined;
  readonly findings: readonly Finding[];
}

/** Looks and changes nothing. `directory` is `<state>/alerts`; a damaged file is a finding. Errors: `VOPS-FILE`. */
export async function readUptime(directory: string): Promise<Stored> {
  const path = uptimeFile(directory);
  const read = await readStored(path, UptimeFile);
  if (read.type === 'absent') return { history: undefined, findings: [] };
  if (read.type === 'whole') return { history: { start: read.value.start, runs: read.value.runs }, findings: [] };
  const loss = 'the uptime is counted anew; until then its coverage tells how little is known';
  return { history: undefined, findings: [damagedFinding(path, { reason: read.reason, loss })] };
}

/** The same under the lock of an evaluation: a damaged file is moved aside. Errors: `VOPS-FILE`. */
export async function openUptime(directory: string, now: Date): Promise<Stored> {
  const stored = await readUptime(directory);
  if (stored.findings.length > 0) await moveAside(uptimeFile(directory), now);
  return stored;
}

/** Errors: `VOPS-FILE`, `VOPS-DISK-FULL`; the old history stays. */
export async function writeUptime(directory: string, history: UptimeHistory): Promise<void> {
  await ensurePrivateDirectory(join(directory, 'slo'));
  await writeStored(uptimeFile(directory), `${JSON.stringify({ schemaVersion: 1, ...history })}\n`);
}
