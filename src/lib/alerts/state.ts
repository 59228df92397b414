/** The file in which the engine's state lies between evaluations. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomic } from '../files/index.js';
import type { Finding } from '../status.js';
import { AlertRecord, type AlertState, initialState } from './engine/index.js';
import { damagedFinding, moveAside, readStored } from './stored.js';

const StateFile = z.strictObject({
  schemaVersion: z.literal(1),
  evaluatedAt: z.int().nullable(),
  episodeBase: z.int(),
  alerts: z.array(AlertRecord),
  memory: z.record(z.string(), z.string()),
});

const stateFile = (directory: string) => join(directory, 'state.json');

/**
 * Looks at the state and changes nothing. `directory` is `<state>/alerts`. A damaged file is the initial state, and a
 * finding. Errors: `VOPS-FILE` when it cannot be read.
 */
export async function readAlertState(directory: string): Promise<{ state: AlertState; findings: Finding[] }> {
  const path = stateFile(directory);
  const read = await readStored(path, StateFile);
  if (read.type === 'absent') return { state: initialState(), findings: [] };
  if (read.type === 'damaged') return { state: initialState(), findings: [damaged(path, read.reason)] };
  const { evaluatedAt, episodeBase, alerts, memory } = read.value;
  const byRule = new Map(alerts.map((record) => [record.rule, record]));
  return { state: { evaluatedAt: evaluatedAt ?? undefined, episodeBase, alerts: byRule, memory }, findings: [] };
}

/**
 * The state for an evaluation, under the lock. A damaged file is moved aside. Where an older state was lost, episodes
 * begin at a number that it cannot have reached, and that is committed before anything else, so that an evaluation that
 * is cut short and repeated gives the same ids. Errors: `VOPS-FILE`, `VOPS-DISK-FULL`.
 */
export async function openAlertState(
  directory: string,
  now: Date,
): Promise<{ state: AlertState; findings: Finding[] }> {
  const { state, findings } = await readAlertState(directory);
  if (findings.length > 0) await moveAside(stateFile(directory), now);
  const isLost =
    findings.length > 0 || (state.evaluatedAt === undefined && state.episodeBase === 0 && (await hasPast(directory)));
  if (!isLost) return { state, findings };
  const fresh = initialState(Math.floor(now.getTime() / 1000));
  await writeAlertState(directory, fresh);
  return { state: fresh, findings };
}

/** Commits the state. The directory exists. Errors: `VOPS-FILE`, `VOPS-DISK-FULL`; the old state stays. */
export async function writeAlertState(directory: string, state: AlertState): Promise<void> {
  const file: z.output<typeof StateFile> = {
    schemaVersion: 1,
    evaluatedAt: state.evaluatedAt ?? null,
    episodeBase: state.episodeBase,
    alerts: [...state.alerts.values()],
    memory: state.memory,
  };
  await writeFileAtomic(stateFile(directory), `${JSON.stringify(file)}\n`);
}

/** Deliveries without a state: somebody removed it. */
async function hasPast(directory: string): Promise<boolean> {
  return access(join(directory, 'delivered.jsonl')).then(
    () => true,
    () => false,
  );
}

const damaged = (path: string, reason: string) =>
  damagedFinding(path, {
    reason,
    loss: 'alerts that still fire are announced anew, and the end of one that ended meanwhile is not told',
  });
