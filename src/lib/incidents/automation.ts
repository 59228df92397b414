/** The switch of the automation: a file, read before every step. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { appendAudit, personActing } from '../audit/index.js';
import type { Context } from '../context.js';
import { OperatorError, systemCode } from '../errors.js';
import { fileError, readRegularFile, syncDirectory, writeFileAtomic } from '../files/index.js';
import { conclude, type Outcome } from '../status.js';
import { Duration } from '../units.js';

export const Pause = z.strictObject({
  at: z.iso.datetime(),
  until: z.iso.datetime(),
  actor: z.string(),
  reason: z.string(),
});
export type Pause = z.output<typeof Pause>;

export const PauseFlags = z.object({
  for: Duration.refine((ms) => ms > 0, 'expected more than nothing').prefault('1h'),
  reason: z.string().min(1).max(500).default('by hand'),
});
export type PauseFlags = z.output<typeof PauseFlags>;

export const AutomationState = z.strictObject({
  applied: z.boolean(),
  /** Null while the automation may act. */
  pause: Pause.nullable(),
  before: Pause.nullable(),
});
export type AutomationState = z.output<typeof AutomationState>;

const MAX_BYTES = 10_000;
const FAR_FUTURE = '9999-12-31T00:00:00.000Z';

const switchFile = (stateDirectory: string) => join(stateDirectory, 'automation.json');

/** Null when the automation may act. A switch that cannot be read stands on pause. */
export async function readPause(stateDirectory: string, now: Date): Promise<Pause | null> {
  const path = switchFile(stateDirectory);
  try {
    const pause = Pause.parse(JSON.parse((await readRegularFile(path, MAX_BYTES)).toString('utf8')));
    return Date.parse(pause.until) > +now ? pause : null;
  } catch (error) {
    const cause = error instanceof OperatorError ? error.cause : error;
    if (systemCode(cause) === 'ENOENT') return null;
    return { at: now.toISOString(), until: FAR_FUTURE, actor: 'nobody known', reason: `${path} cannot be read` };
  }
}

type SwitchContext = Pick<Context, 'config' | 'env' | 'now' | 'redactor' | 'runId' | 'state'>;

export async function planPause(context: SwitchContext, flags: PauseFlags): Promise<Outcome<AutomationState>> {
  const now = context.now();
  const until = new Date(+now + flags.for).toISOString();
  const pause = { at: now.toISOString(), until, actor: personActing(context), reason: flags.reason };
  return conclude({ applied: false, pause, before: await pauseNow(context) });
}

/** Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`. */
export async function applyPause(
  context: SwitchContext,
  { result }: Outcome<AutomationState>,
): Promise<Outcome<AutomationState>> {
  const path = switchFile(await context.state());
  await writeFileAtomic(path, `${JSON.stringify(context.redactor.data(result.pause))}\n`);
  await audit(context, 'automation.paused', { ...result.pause });
  return conclude({ ...result, applied: true });
}

export async function planResume(context: SwitchContext): Promise<Outcome<AutomationState>> {
  return conclude({ applied: false, pause: null, before: await pauseNow(context) });
}

/** Errors: `VOPS-FILE…`. */
export async function applyResume(
  context: SwitchContext,
  { result }: Outcome<AutomationState>,
): Promise<Outcome<AutomationState>> {
  const directory = await context.state();
  try {
    await rm(switchFile(directory), { force: true });
    await syncDirectory(directory);
  } catch (error) {
    throw fileError('remove', switchFile(directory), error);
  }
  await audit(context, 'automation.resumed', {});
  return conclude({ ...result, applied: true });
}

const pauseNow = async ({ config, now }: SwitchContext) => readPause((await config()).stateDirectory, now());

function audit(context: SwitchContext, action: string, details: Readonly<Record<string, unknown>>): Promise<void> {
  return appendAudit(context, {
    actor: personActing(context),
    action,
    subject: 'automation',
    outcome: 'done',
    details,
  });
}
