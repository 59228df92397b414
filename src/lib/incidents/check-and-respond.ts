/** One evaluation of the alerts, and what follows from it: what `alerts check` and `alerts watch` do. */
import * as z from 'zod';
import {
  AlertCheck,
  type CheckFlags,
  checkAlerts,
  enqueue,
  flushOutbox,
  loadRules,
  type Watching,
} from '../alerts/index.js';
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import { explain, OperatorError } from '../errors.js';
import { countOf } from '../measures.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { createAside, type Pace } from './aside.js';
import { hasIncidents } from './directories.js';
import type { Response } from './respond.js';
import type { Run } from './run.js';
import { runCommand } from './run-command.js';

export const WatchReport = AlertCheck.extend({
  incidents: z.object({
    changes: z.array(z.object({ kind: z.string(), incident: z.string() })),
    /** Of playbooks, begun or gone on with. */
    runs: z.array(
      z.object({
        id: z.string(),
        playbook: z.string(),
        steps: z.array(z.object({ action: z.string(), state: z.string(), note: z.string().nullable() })),
      }),
    ),
  }),
});
export type WatchReport = z.output<typeof WatchReport>;

/**
 * Evaluates the rules, tells who has to know, then opens, resolves and acts on incidents: people hear of the trouble
 * before anything is tried. In a dry run nothing is acted on; `incidents run --dry-run` shows what a playbook would do.
 * Errors: those of `checkAlerts`; `VOPS-CONFIG-INVALID` for a playbook that is none.
 * @param pace of the work on playbooks, which is waited for by default
 */
export async function checkAndRespond(
  context: Context,
  flags: CheckFlags,
  pace: Pace = (work) => work(),
): Promise<Outcome<WatchReport>> {
  const config = await context.config();
  const { stateDirectory } = config;
  const isAutomated = hasAutomation(config);
  const paths = isAutomated ? await (await import('./respond.js')).playbookPaths(context) : [];
  const { outcome, sample } = await checkAlerts(context, flags, paths);
  const { firing } = outcome.result;
  // What nearly every evaluation finds: then all that belongs to incidents is not even loaded.
  const isQuiet = !isAutomated && firing.length === 0 && !(await hasIncidents(stateDirectory));
  if (context.dryRun || isQuiet) return reported(outcome, NOTHING, config);
  const messages = messagesOf(context);
  const { respond } = await import('./respond.js');
  const response = await respond(context, {
    sample,
    firing,
    enqueue: messages.enqueue,
    pace: (work) => pace(() => messages.after(work)),
  }).catch(withoutRecords);
  return reported(outcome, response, config);
}

/** Puts messages into the outbox, and delivers them after the work that brought them. */
function messagesOf(context: Context) {
  let areDelivered = true;
  return {
    enqueue: (notifications: Parameters<typeof enqueue>[1]) => {
      areDelivered = false;
      return enqueue(context, notifications);
    },
    after: async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } finally {
        if (!areDelivered) await flushOutbox(context);
      }
    },
  };
}

/** On a full disk there are no records, and so nothing is begun; what was evaluated and told counts all the same. */
function withoutRecords(error: unknown): Response {
  if (!(error instanceof OperatorError) || error.code !== 'VOPS-DISK-FULL') throw error;
  return { ...NOTHING, problems: [explain(error)] };
}

/** Our own messages about playbooks are delivered between two evaluations, and may hold one up. */
const LOCK_WAIT_MS = 60_000;

/** What `alerts watch` does: while playbooks are worked through, the alerts are evaluated and told all the same. */
export function watching(): Watching {
  const { begin, ended } = createAside();
  const evaluate = (context: Context) => checkAndRespond(context, { lockWait: LOCK_WAIT_MS }, begin);
  return { verify: verifyRulesAndPlaybooks, evaluate, ended };
}

/** Errors: `VOPS-CONFIG-INVALID` for a rule or a playbook that is none: no evaluation would come about. */
async function verifyRulesAndPlaybooks(context: Context): Promise<void> {
  const config = await context.config();
  await loadRules(config);
  if (hasAutomation(config)) await (await import('./respond.js')).playbookPaths(context);
}

const hasAutomation = ({ incidents, isSet }: Config): boolean => incidents !== undefined || isSet(['automation']);

const NOTHING: Response = { changes: [], runs: [], problems: [] };

function reported(
  { result, findings }: Outcome<AlertCheck>,
  { changes, runs, problems }: Response,
  { environment }: Pick<Config, 'environment'>,
): Outcome<WatchReport> {
  const incidents = { changes: [...changes], runs: runs.map(describeRun) };
  const opened = changes.filter(({ kind }) => kind === 'open' || kind === 'reopen').map(({ incident }) => incident);
  const headline = [result.headline, ...(opened.length > 0 ? [`${countOf(opened.length, 'incident')} opened`] : [])];
  return conclude({ ...result, headline: headline.join('; '), incidents }, [
    ...findings,
    ...runs.flatMap((run) => judgeRun(run, environment)),
    ...problems.map(
      ({ code, message, hint }): Finding => ({ code, severity: 'error', message, ...(hint && { hint }) }),
    ),
  ]);
}

const describeRun = ({ id, playbook, steps }: Run) => ({
  id,
  playbook,
  steps: steps.map(({ action, state, note }) => ({ action, state, note })),
});

/** What a person has to do. */
function judgeRun({ playbook, incident, steps }: Run, environment: string): Finding[] {
  const about = { playbook, environment };
  const waiting = steps.filter(({ state }) => state === 'waiting').map(({ action }) => action);
  if (waiting.length === 0) return [];
  return [
    {
      code: 'VOPS-INCIDENT-APPROVAL',
      severity: 'warning',
      message: `${incident}: ${waiting.join(', ')} waits for approval`,
      hint: `look first: ${runCommand(about, '--dry-run')}; then: ${runCommand(about, '--approve', ...waiting.slice(0, 1))}`,
    },
  ];
}
