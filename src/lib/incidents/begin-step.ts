/** One step, from its preparation to its end. */
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { formatDuration } from '../measures.js';
import type { CommonSettings, Prepared } from './actions/action.js';
import type { ActionName } from './actions/index.js';
import { STEP_STARTED } from './decide-step.js';
import { holdStep } from './hold-step.js';
import { plannedIn } from './plan-response.js';
import { recoverRun } from './recover.js';
import { NO_TRIGGER, type Run, type RunStep, stepAt } from './run.js';
import { actionNamed, audit, escalate, keepTicket, narrate, type RunSite, saveStep, siteOf } from './run-site.js';

/** Begins a step and sees it through: prepared, journalled, done, journalled. The caller holds what it acts on. */
export async function beginStep(site: RunSite, run: Run, beginning: Beginning): Promise<Run> {
  const { index, settings } = beginning;
  const { action: name } = stepAt(run, index);
  const { action } = await actionNamed(site.context, name);
  return withTimeout(site.context, settings.timeout, async (context) => {
    const given = { ...siteOf(site, run, { index, context }), settings };
    const obstacle = await attempt(async () => action.obstacle?.(given));
    if (obstacle !== undefined) {
      const why = typeof obstacle === 'string' ? obstacle : obstacle.message;
      return holdStep(site, run, { index, decision: { kind: 'defer', why } });
    }
    const prepared = await attempt(() => action.prepare(given));
    if (prepared instanceof OperatorError) return fail(site, run, { ...beginning, error: prepared });
    const startedAt = context.now().toISOString();
    const started = await saveStep(site, run, {
      index,
      state: 'running',
      startedAt,
      doing: [...prepared.doing],
      note: null,
    });
    const details = { doing: prepared.doing, class: action.class };
    await audit(site, started, { action: STEP_STARTED, subject: name, outcome: 'begun', details });
    return finish(site, started, { ...beginning, prepared });
  });
}

interface Beginning {
  readonly index: number;
  readonly settings: CommonSettings;
}

async function finish(
  site: RunSite,
  run: Run,
  { prepared, ...beginning }: Beginning & { prepared: Prepared },
): Promise<Run> {
  const { index, settings } = beginning;
  const { action: name } = stepAt(run, index);
  const done = await attempt(prepared.apply);
  if (done instanceof OperatorError) {
    // Cut short by a signal, it is as after a crash.
    if (site.context.signal.aborted) return recoverRun(site, run);
    return fail(site, run, { ...beginning, error: done });
  }
  // Before the journal: what has come to an end there is not looked at again, and who has no ticket gets another.
  if (done.ticket) await keepTicket(site, done.ticket);
  const endedAt = site.context.now().toISOString();
  const check = checkOf(site, name, { settings, verdict: 'pending' });
  const ended = await saveStep(site, run, { index, state: 'done', endedAt, note: done.outcome, check });
  await audit(site, ended, { action: 'step.ended', subject: name, outcome: `done: ${done.outcome}` });
  await narrate(site, { text: `${name}: ${done.outcome}`, ...(done.details && { details: done.details }) });
  return ended;
}

async function fail(site: RunSite, run: Run, failure: Beginning & { readonly error: OperatorError }): Promise<Run> {
  const { index, settings, error } = failure;
  const { action: name } = stepAt(run, index);
  const note = error.hint === undefined ? error.message : `${error.message}. Hint: ${error.hint}`;
  const endedAt = site.context.now().toISOString();
  const check = checkOf(site, name, { settings, verdict: 'not fixed' });
  const failed = await saveStep(site, run, { index, state: 'failed', endedAt, note, check });
  await audit(site, failed, { action: 'step.ended', subject: name, outcome: `failed: ${error.message}` });
  await narrate(site, { text: `${name} failed: ${note}` });
  await escalate(site, { id: `${run.id}-${index + 1}-failed`, summary: `${name} failed: ${error.message}` });
  return failed;
}

interface CheckOptions {
  readonly settings: CommonSettings;
  readonly verdict: 'pending' | 'not fixed';
}

/** Null for what is not meant to end the trouble. */
function checkOf(
  { context, playbook }: RunSite,
  action: ActionName,
  { settings, verdict }: CheckOptions,
): RunStep['check'] {
  if (settings.settle === undefined) return null;
  const condition = plannedIn(playbook, action)?.postCondition?.text ?? NO_TRIGGER;
  return { condition, dueAt: new Date(+context.now() + settings.settle).toISOString(), verdict };
}

async function attempt<T>(work: () => Promise<T>): Promise<T | OperatorError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
}

async function withTimeout<T>(context: Context, timeoutMs: number, use: (own: Context) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const late = new OperatorError('VOPS-STEP-TIMEOUT', `not done within ${formatDuration(timeoutMs)}`);
  const timer = setTimeout(() => controller.abort(late), timeoutMs);
  try {
    return await use(context.fork(AbortSignal.any([context.signal, controller.signal])));
  } finally {
    clearTimeout(timer);
  }
}
