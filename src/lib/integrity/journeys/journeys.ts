/** Journeys one after the other, so that none slows down another, each remembered. */
import type { Journey } from '../../config/journeys.js';
import type { Context } from '../../context.js';
import type { Named } from '../catalogue.js';
import type { JourneyMemory, Memory } from '../memory.js';
import type { JourneyReport, StepReport } from '../report.js';
import { runJourney } from './journey.js';

type Travelling = Pick<Context, 'config' | 'elapsed' | 'now' | 'signal'>;

/** Rejects only with the reason of an aborted signal. */
export async function runJourneys(
  context: Travelling,
  journeys: readonly Named<Journey>[],
  memory: Memory,
): Promise<JourneyReport[]> {
  const { app } = await context.config();
  const reports: JourneyReport[] = [];
  for (const { name, item } of journeys) {
    const start = context.elapsed();
    const steps = await runJourney({ ...context, url: app.url, timeoutMs: app.timeout }, item);
    const durationMs = Math.round(context.elapsed() - start);
    const before = await memory.journey(name);
    const after = rememberRun(before, steps, context.now());
    await memory.keepJourney(name, after);
    reports.push({
      name,
      state: stateOf(steps),
      description: item.description ?? null,
      owner: item.owner ?? null,
      hint: item.hint ?? null,
      failingSince: after.failingSince,
      durationMs,
      steps,
      stepCount: item.steps.length,
    });
  }
  return reports;
}

function rememberRun(before: JourneyMemory | undefined, steps: readonly StepReport[], now: Date): JourneyMemory {
  const at = now.toISOString();
  const state = stateOf(steps);
  const measures = steps.map((step) => ({ latencyMs: step.latencyMs, isGood: step.state !== 'failed' }));
  return {
    failingSince: state === 'failed' ? (before?.failingSince ?? at) : null,
    runs: [...(before?.runs ?? []), { at, state, steps: measures }],
  };
}

function stateOf(steps: readonly StepReport[]): JourneyReport['state'] {
  const has = (state: StepReport['state']) => steps.some((step) => step.state === state);
  if (has('failed')) return 'failed';
  return has('warning') ? 'warning' : 'ok';
}
