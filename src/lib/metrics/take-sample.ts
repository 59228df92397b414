import type { Value } from '../conditions/index.js';
import type { Context } from '../context.js';
import { abortReason, type Explanation, explain, OperatorError } from '../errors.js';
import { formatDuration } from '../measures.js';
import { metrics } from './catalogue.js';
import type { Sample } from './metric.js';
import { NO_ANSWER } from './sources/health.js';
import { sources } from './sources/index.js';
import type { Inquiry, Reading, Source } from './sources/source.js';

export type SampleContext = Pick<Context, 'config' | 'now' | 'signal' | 'fork'>;

export interface SampleRequest {
  /** Metrics of the catalogue. */
  readonly paths: Iterable<string>;
  /** Values of the source `self`. */
  readonly self: ReadonlyMap<string, Value>;
  /** `memory` of the sample before. */
  readonly memory: Sample['memory'];
}

/**
 * Measures these metrics: asks only the sources they need, each once, side by side, each for `alerting.sourceTimeout` at
 * most. A source without an answer is a problem of the sample, not an error. Throws the reason of an aborted signal.
 */
export async function takeSample(context: SampleContext, { paths, self, memory }: SampleRequest): Promise<Sample> {
  const config = await context.config();
  const at = context.now();
  const asked = [...paths];
  const names = new Set(asked.map((path) => metrics.get(path)?.source));
  const attempts = await Promise.all(
    sources
      .filter(({ name }) => names.has(name))
      .map((source) => attempt(context, source, { config, memory: memory[source.name] })),
  );
  if (context.signal.aborted) throw abortReason(context.signal);
  const measured = attempts.flatMap(({ reading }) => Object.entries(reading.values));
  const values = new Map<string, Value>([...asked.map((path) => [path, null] as const), ...self, ...measured]);
  if (values.has('monitoring.available')) values.set('monitoring.available', isMonitored(attempts));
  return { at, values, problems: problemsOf(attempts), memory: { ...memory, ...memoriesOf(attempts) } };
}

interface Attempt {
  readonly source: Source;
  readonly reading: Reading;
  readonly problem?: Explanation;
}

async function attempt(context: SampleContext, source: Source, inquiry: Omit<Inquiry, 'context'>): Promise<Attempt> {
  try {
    return { source, reading: await readInTime(context, source, inquiry) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { source, reading: { values: source.whenFailed?.(error) ?? {} }, problem: explain(error) };
  }
}

/** Gives the source a signal of its own, and does not wait for one that ignores it. */
async function readInTime(
  { signal, fork }: SampleContext,
  source: Source,
  inquiry: Omit<Inquiry, 'context'>,
): Promise<Reading> {
  const timeoutMs = inquiry.config.alerting.sourceTimeout;
  const controller = new AbortController();
  const late = new OperatorError(
    'VOPS-STEP-TIMEOUT',
    `${source.name} gave no answer within ${formatDuration(timeoutMs)} (alerting.sourceTimeout)`,
  );
  const timer = setTimeout(() => controller.abort(late), timeoutMs);
  const either = AbortSignal.any([signal, controller.signal]);
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(abortReason(either));
    either.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([source.read({ ...inquiry, context: fork(either) }), aborted]);
  } finally {
    clearTimeout(timer);
    either.removeEventListener('abort', stop);
  }
}

/** Unknown while nobody answers: that is another problem, with a name of its own. A route that is not offered is none. */
function isMonitored(attempts: readonly Attempt[]): boolean | null {
  const isSilent = attempts.some(
    ({ source, problem }) => source.name === 'health' && problem && NO_ANSWER.includes(problem.code),
  );
  if (isSilent) return null;
  return attempts.every(({ source: { api }, problem }) => {
    const isMissing = api === 'optional' && problem?.code === 'VOPS-API-NOT-OFFERED';
    return api === undefined || problem === undefined || isMissing;
  });
}

const problemsOf = (attempts: readonly Attempt[]): Sample['problems'] =>
  new Map(attempts.flatMap(({ source, problem }) => (problem ? [[source.name, problem] as const] : [])));

const memoriesOf = (attempts: readonly Attempt[]): Sample['memory'] =>
  Object.fromEntries(
    attempts.flatMap(({ source, reading }) => (reading.memory === undefined ? [] : [[source.name, reading.memory]])),
  );
