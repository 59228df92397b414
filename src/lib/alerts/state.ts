/** The file in which the engine's state lies between evaluations. */
import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { Finding } from '../status.js';
import { AlertRecord, type AlertState, initialState, recoverState } from './engine/index.js';
import { readRemains } from './outbox/index.js';
import { damagedFinding, moveAside, readStored, writeStored } from './stored.js';

const StateFile = z.strictObject({
  schemaVersion: z.literal(1),
  evaluatedAt: z.int().nullable(),
  environment: z.string().optional(),
  episodeBase: z.int(),
  alerts: z.array(AlertRecord),
  memory: z.record(z.string(), z.string()),
});

const stateFile = (directory: string) => join(directory, 'state.json');

interface Opened {
  readonly state: AlertState;
  readonly findings: readonly Finding[];
}

/**
 * Looks at the state and changes nothing. `directory` is `<state>/alerts`. Where an older state was lost or is damaged,
 * what the channels were told fires goes on, and further episodes begin at a number that it cannot have reached. Errors:
 * `VOPS-FILE` when it cannot be read.
 */
export async function readAlertState(directory: string, now: Date): Promise<Opened & { readonly isLost: boolean }> {
  const path = stateFile(directory);
  const read = await readStored(path, StateFile);
  if (read.type === 'whole') {
    const { evaluatedAt, environment, episodeBase, alerts, memory } = read.value;
    const byRule = new Map(alerts.map((record) => [record.rule, record]));
    const state = { evaluatedAt: evaluatedAt ?? undefined, environment, episodeBase, alerts: byRule, memory };
    return { state, findings: [], isLost: false };
  }
  const findings = read.type === 'damaged' ? [damaged(path, read.reason)] : [];
  const isLost = findings.length > 0 || (await hasPast(directory));
  if (!isLost) return { state: initialState(), findings, isLost };
  return { state: recoverState({ ...(await readRemains(dirname(directory))), now }), findings, isLost };
}

/**
 * The state for an evaluation, under the lock. A damaged file is moved aside, and what was recovered of a lost state is
 * committed before anything else, so that an evaluation that is cut short and repeated gives the same ids. Errors:
 * `VOPS-FILE`, `VOPS-DISK-FULL`.
 */
export async function openAlertState(directory: string, now: Date): Promise<Opened> {
  const { state, findings, isLost } = await readAlertState(directory, now);
  if (findings.length > 0) await moveAside(stateFile(directory), now);
  if (!isLost) return { state, findings };
  const recovered = { ...state, evaluatedAt: now.getTime() }; // its times are seen from now, should the clock step back
  await writeAlertState(directory, recovered);
  return { state: recovered, findings };
}

/** Commits the state. The directory exists. Errors: `VOPS-FILE`, `VOPS-DISK-FULL`; the old state stays. */
export async function writeAlertState(directory: string, state: AlertState): Promise<void> {
  const file: z.output<typeof StateFile> = {
    schemaVersion: 1,
    evaluatedAt: state.evaluatedAt ?? null,
    ...(state.environment !== undefined && { environment: state.environment }),
    episodeBase: state.episodeBase,
    alerts: [...state.alerts.values()],
    memory: state.memory,
  };
  await writeStored(stateFile(directory), `${JSON.stringify(file)}\n`);
}

/** Two environments with one state end each other's alerts; one that was renamed is told so once. */
export function judgeSharing({ environment: other }: AlertState, environment: string, directory: string): Finding[] {
  if (other === undefined || other === environment) return [];
  const message = `${directory} was last used for the environment ${other}: what fires there ends here, and the other way round`;
  const hint = `give each environment a stateDirectory of its own; if ${other} was only renamed, this comes once`;
  return [{ code: 'VOPS-ALERTS-STATE-SHARED', severity: 'error', message, hint }];
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
    loss: 'what the channels were told fires is taken from them; what was pending or counted begins anew',
  });
