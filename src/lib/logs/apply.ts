/** Carries a planned rotation out. Every step may be cut short or meet another run, and still no line is lost. */
import { rm } from 'node:fs/promises';
import type { Context } from '../context.js';
import { chooseCompressor, withDirectory } from '../files/index.js';
import type { Outcome } from '../status.js';
import { archiveLog } from './archive.js';
import { attempt, concludeRotation, type Step } from './conclude.js';
import type { Job } from './job.js';
import { MOVE } from './move.js';
import { uncompressedName } from './names.js';
import { type Release, releaseLogs } from './release.js';
import type { Rotation, RotationAction } from './rotation.js';

type ApplyContext = Pick<Context, 'config' | 'env' | 'signal' | 'elapsed' | 'exec'>;

/**
 * Rotates, lets the writer change files, deletes what is too old, compresses what nobody writes to any more. A file
 * that fails is a finding; the others go on.
 * Errors: `VOPS-FILE-UNSAFE` when the directory has become unsafe; the signal's reason when aborted.
 */
export async function applyRotation(context: ApplyContext, plan: Outcome<Rotation>): Promise<Outcome<Rotation>> {
  const { directory: path, compression, actions } = plan.result;
  const changes = actions.filter(({ action }) => action !== 'skip' && action !== 'refuse');
  if (changes.length === 0) return concludeRotation(plan, []);
  const { logs } = await context.config();
  const compressor = compression === 'none' ? undefined : await chooseCompressor(compression, context.env.PATH);
  return withDirectory(path, async (directory) => {
    const { steps, findings } = await carryOut({ context, logs, directory, compressor }, changes);
    return concludeRotation(plan, steps, findings);
  });
}

async function carryOut(job: Job, changes: readonly RotationAction[]) {
  const of = (wanted: RotationAction['action']) => changes.filter(({ action }) => action === wanted);
  const moves = await inTurn(of('rotate'), (action) => moveAside(job, action));
  const moved = moves.map(({ action }) => action).filter(({ outcome }) => outcome === undefined);
  const release = await releaseLogs(job, {
    fresh: moved.map(rotatedFile),
    old: [...of('compress'), ...of('delete')].map(rotatedFile),
  });
  // What is too old goes first: it may be the room that compression needs.
  const deletions = await inTurn(of('delete'), (action) => remove(job, action, release));
  const archives = await inTurn([...moved, ...of('compress')], (action) => archive(job, action, release));
  return { steps: [...moves, ...deletions, ...archives], findings: release.findings };
}

async function inTurn(
  actions: readonly RotationAction[],
  work: (action: RotationAction) => Promise<Step>,
): Promise<Step[]> {
  const steps: Step[] = [];
  for (const action of actions) steps.push(await work(action));
  return steps;
}

/** The file that an action finds in the directory now: a log that was moved aside has its new name. */
const rotatedFile = ({ action, file, target }: RotationAction): string => (action === 'rotate' && target) || file;

function moveAside({ context, logs, directory }: Job, { target, ...action }: RotationAction): Promise<Step> {
  return attempt(action, context.signal, async () => {
    const wanted = uncompressedName(target ?? action.file);
    const move = { directory, log: action.file, target: wanted, rotateAboveBytes: logs.rotateAbove };
    const name = await MOVE[logs.method](move);
    return name === undefined ? { ...action, outcome: 'gone' } : { ...action, target: name };
  });
}

async function remove({ context, directory }: Job, action: RotationAction, { deferrals }: Release): Promise<Step> {
  const deferral = deferrals.get(action.file);
  if (deferral?.code === 'VOPS-LOGS-HELD') return { action: { ...action, outcome: 'deferred' }, findings: [deferral] };
  return attempt(action, context.signal, async () => {
    await rm(directory.at(action.file));
    return { ...action, outcome: 'done' };
  });
}

async function archive(job: Job, { target, ...planned }: RotationAction, { deferrals }: Release): Promise<Step> {
  const { compressor, context, directory } = job;
  const name = planned.action === 'rotate' && target !== undefined ? target : planned.file;
  const action = name === planned.file ? planned : { ...planned, target: name };
  const deferral = deferrals.get(name);
  const findings = deferral ? [deferral] : [];
  if (compressor === undefined) return { action: { ...action, outcome: 'done' }, findings };
  if (deferral) return { action: { ...action, outcome: 'deferred' }, findings };
  return attempt(action, context.signal, async () => {
    const made = await archiveLog({ directory, name, compressor, signal: context.signal });
    if (made === undefined) return { ...action, outcome: 'deferred' };
    return { ...action, target: made.name, compressedBytes: made.sizeBytes, outcome: 'done' };
  });
}
