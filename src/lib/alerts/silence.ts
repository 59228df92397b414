/** `alerts silence`, `alerts unsilence` and `alerts silences`. */
import { join } from 'node:path';
import * as z from 'zod';
import { appendAudit, personActing } from '../audit/index.js';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { suggest } from '../suggest.js';
import { Duration } from '../units.js';
import { compileRules } from './compile-rules.js';
import { matchesOf, severityOf } from './engine/index.js';
import { ALERT_SEVERITIES, type AlertSeverity } from './rule.js';
import { addSilence, endSilence, readSilences, StoredSilence } from './silences.js';
import { readAlertState } from './state.js';

const SEVERITIES = `expected ${ALERT_SEVERITIES.join(', ')}, or several with commas between`;

export const SilenceFlags = z.object({
  rule: z.string().min(1).max(200),
  /** No silence without an end: one that is forgotten hides what comes later. */
  for: z.preprocess((text) => text ?? '', Duration).refine((length) => length > 0, 'expected more than nothing'),
  comment: z.string().max(500).default(''),
  author: z.string().min(1).max(100).optional(),
  severity: z
    .string()
    .transform((text) => text.split(',').map((word) => word.trim()))
    .pipe(z.array(z.enum(ALERT_SEVERITIES, { error: SEVERITIES })))
    .optional(),
});
export type SilenceFlags = z.output<typeof SilenceFlags>;

export const UnsilenceFlags = z.object({ id: z.string().min(1) });
export type UnsilenceFlags = z.output<typeof UnsilenceFlags>;

export const SilencesFlags = z.object({ all: z.boolean().default(false) });
export type SilencesFlags = z.output<typeof SilencesFlags>;

const ListedSilence = StoredSilence.extend({
  isActive: z.boolean(),
  /** Alerts that fire now, of the rules and severities it names. */
  quiets: z.array(z.string()),
});
type ListedSilence = z.output<typeof ListedSilence>;

export const Silencing = z.object({
  silence: ListedSilence,
  /** False for a plan. */
  applied: z.boolean(),
});
export type Silencing = z.output<typeof Silencing>;

export const SilenceList = z.object({
  /** The earliest end first. */
  silences: z.array(ListedSilence),
});
export type SilenceList = z.output<typeof SilenceList>;

type SilenceContext = Pick<Context, 'config' | 'state' | 'now' | 'signal' | 'runId' | 'env' | 'redactor'>;

/** The silence as it would be added. A rule that is not configured is only a warning: it may come. Errors: `VOPS-FILE`. */
export async function planSilence(context: SilenceContext, flags: SilenceFlags): Promise<Outcome<Silencing>> {
  const from = context.now();
  const silence: StoredSilence = {
    id: context.runId,
    rule: flags.rule,
    ...(flags.severity && { severities: flags.severity }),
    from: from.toISOString(),
    until: new Date(from.getTime() + flags.for).toISOString(),
    author: flags.author ?? personActing(context),
    comment: flags.comment,
  };
  const findings = await judgeRuleName(context, flags.rule);
  return conclude({ silence: list(silence, await firingNow(context), from), applied: false }, findings);
}

async function judgeRuleName(context: SilenceContext, rule: string): Promise<Finding[]> {
  const matches = matchesOf({ rule });
  const names = compileRules(await context.config()).rules.map(({ name }) => name);
  if (names.some((name) => matches(name, 'info'))) return [];
  const near = suggest(rule, names);
  const hint = near === undefined ? 'see the rules: viktoria-ops alerts list' : `did you mean ${near}?`;
  return [{ code: 'VOPS-ALERTS-SILENCE-UNMATCHED', severity: 'warning', message: `no rule is named ${rule}`, hint }];
}

/** Adds it. Errors: those of `addSilence` and `appendAudit`. */
export async function applySilence(
  context: SilenceContext,
  { result, findings }: Outcome<Silencing>,
): Promise<Outcome<Silencing>> {
  const { isActive: _, quiets: __, ...silence } = result.silence;
  await addSilence(context, silence);
  await audit(context, 'silence.added', silence);
  return conclude({ ...result, applied: true }, findings);
}

/** The silence that would end. @throws OperatorError VOPS-USAGE when no one silence is meant */
export async function planUnsilence(context: SilenceContext, { id }: UnsilenceFlags): Promise<Outcome<Silencing>> {
  const { silences, findings } = await readSilences(join(await context.state(), 'alerts'));
  const firing = await firingNow(context);
  const current = silences.map((silence) => list(silence, firing, context.now())).filter(({ isActive }) => isActive);
  const meant = current.filter((silence) => silence.id.startsWith(id) || silence.rule === id);
  const [silence] = meant;
  if (silence === undefined || meant.length > 1) throw notOne(id, meant);
  return conclude({ silence, applied: false }, findings);
}

const notOne = (id: string, meant: readonly StoredSilence[]) =>
  new OperatorError(
    'VOPS-USAGE',
    meant.length === 0
      ? `no silence ${id} is in force`
      : `${id} stands for several silences: ${meant.map((silence) => silence.id).join(', ')}`,
    { hint: 'see them: viktoria-ops alerts silences' },
  );

/** Ends it. Errors: those of `endSilence` and `appendAudit`. */
export async function applyUnsilence(
  context: SilenceContext,
  { result, findings }: Outcome<Silencing>,
): Promise<Outcome<Silencing>> {
  await endSilence(context, result.silence.id);
  await audit(context, 'silence.ended', result.silence);
  const until = context.now().toISOString();
  return conclude({ silence: { ...result.silence, until, isActive: false }, applied: true }, findings);
}

/** Those in force, or all that are kept. Errors: `VOPS-FILE`. */
export async function listSilences(context: SilenceContext, { all }: SilencesFlags): Promise<Outcome<SilenceList>> {
  const { silences, findings } = await readSilences(join(await context.state(), 'alerts'));
  const firing = await firingNow(context);
  const listed = silences.map((silence) => list(silence, firing, context.now()));
  return conclude({ silences: listed.filter(({ isActive }) => all || isActive) }, findings);
}

interface Firing {
  readonly rule: string;
  readonly severity: AlertSeverity;
}

function list(silence: StoredSilence, firing: readonly Firing[], now: Date): ListedSilence {
  const at = now.toISOString();
  const matches = matchesOf(silence);
  const isActive = silence.from <= at && at < silence.until;
  const quiets = firing.filter(({ rule, severity }) => matches(rule, severity)).map(({ rule }) => rule);
  return { ...silence, isActive, quiets };
}

async function firingNow(context: SilenceContext): Promise<Firing[]> {
  const now = context.now();
  const { state } = await readAlertState(join(await context.state(), 'alerts'), now);
  const byName = new Map(compileRules(await context.config()).rules.map((rule) => [rule.name, rule]));
  return [...state.alerts.values()]
    .filter(({ phase }) => phase === 'firing')
    .map((record) => ({ rule: record.rule, severity: severityOf(record, byName.get(record.rule), now.getTime()) }));
}

async function audit(context: SilenceContext, action: string, silence: StoredSilence): Promise<void> {
  const { id, rule, severities, until, comment } = silence;
  const details = { id, severities, until, comment };
  await appendAudit(context, { actor: personActing(context), action, subject: rule, outcome: 'done', details });
}
