/** The runs of playbooks on disk: written before and after every step, each time whole and durable. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.js';
import { OperatorError, systemCode } from '../errors.js';
import { ensurePrivateDirectory, fileError, readRegularFile, writeFileAtomic } from '../files/index.js';
import { withLock } from '../process/index.js';
import { runsDirectory } from './directories.js';
import type { Incident } from './incident.js';
import { Run } from './run.js';
import { slugOf } from './slug.js';

type JournalContext = Pick<Context, 'now' | 'redactor' | 'runId' | 'signal' | 'state'>;

const MAX_RUN_BYTES = 5_000_000;

/** The runs of an incident, oldest first. Errors: `VOPS-FILE` also for one that cannot be read: it may say what was begun. */
export async function readRuns(stateDirectory: string, { id }: Pick<Incident, 'id'>): Promise<Run[]> {
  const directory = runsDirectory(stateDirectory);
  const names = await readdir(directory).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError('read', directory, error);
  });
  const own = names.filter((name) => name.startsWith(`${id}-run`) && /-run\d+\.json$/.test(name));
  const runs = await Promise.all(own.map((name) => readRun(join(directory, name))));
  return runs.sort((one, other) => numberOf(one) - numberOf(other));
}

const numberOf = ({ id }: Run) => Number(id.slice(id.lastIndexOf('-run') + '-run'.length));

async function readRun(path: string): Promise<Run> {
  const content = await readRegularFile(path, MAX_RUN_BYTES);
  try {
    return Run.parse(JSON.parse(content.toString('utf8')));
  } catch (error) {
    throw new OperatorError('VOPS-FILE', `the journal ${path} cannot be read`, {
      hint: 'see what was done with viktoria-ops incidents audit, then remove the file',
      cause: error,
    });
  }
}

/**
 * Writes it without secrets in what steps do and say; names stay, for it is read by them.
 * Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`: then the step that it was to announce is not begun.
 */
export async function saveRun({ state, redactor }: JournalContext, run: Run): Promise<Run> {
  const directory = runsDirectory(await state());
  await ensurePrivateDirectory(directory);
  const steps = run.steps.map((step) => ({
    ...step,
    doing: redactor.data(step.doing),
    note: redactor.data(step.note),
  }));
  await writeFileAtomic(join(directory, `${run.id}.json`), `${JSON.stringify({ ...run, steps }, null, 2)}\n`);
  return run;
}

/** Holds a playbook: one run of it at a time. @throws OperatorError VOPS-LOCK-BUSY at once when another has it */
export const withPlaybook = <T>(context: JournalContext, name: string, use: () => Promise<T>): Promise<T> =>
  withExclusive(context, `playbook ${name}`, use);

/**
 * Holds what only one may do at a time, such as what an action acts on.
 * @throws OperatorError VOPS-LOCK-BUSY at once when another has it
 */
export async function withExclusive<T>(context: JournalContext, name: string, use: () => Promise<T>): Promise<T> {
  const directory = runsDirectory(await context.state());
  await ensurePrivateDirectory(directory);
  const holder = { command: `incidents: ${name}`, runId: context.runId, startedAt: context.now().toISOString() };
  const lock = { waitMs: 0, signal: context.signal, holder };
  return withLock(join(directory, `${slugOf(name)}.lock`), lock, use);
}

export const isBusy = (error: unknown): boolean => error instanceof OperatorError && error.code === 'VOPS-LOCK-BUSY';
