/** Goes a journey, step by step, until one fails. */
import { type HttpAnswer, request } from '../../api/http.js';
import type { Journey, JourneyStep } from '../../config/journeys.js';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { formatDuration } from '../../measures.js';
import type { StepReport } from '../report.js';
import { checkJson, valueAtPath } from './expect.js';
import { fillData, fillPath, fillText, type Saved } from './fill.js';

export interface Travel extends Pick<Context, 'elapsed' | 'signal'> {
  /** Where the journey is made unless it names another address. */
  readonly url: string;
  /** Longest one step may take unless it says otherwise. */
  readonly timeoutMs: number;
}

/** A report on every step up to the one that failed. Rejects only with the reason of an aborted signal. */
export async function runJourney(travel: Travel, journey: Journey): Promise<StepReport[]> {
  const saved = new Map<string, unknown>();
  const reports: StepReport[] = [];
  for (const step of journey.steps) {
    const report = await runStep({ ...travel, url: journey.url ?? travel.url }, step, saved);
    reports.push(report);
    if (report.state === 'failed') break;
  }
  return reports;
}

async function runStep(travel: Travel, step: JourneyStep, saved: Map<string, unknown>): Promise<StepReport> {
  const { elapsed } = travel;
  const asked = `${step.method} ${fillPath(step.path, saved)}`;
  const about = { name: step.name ?? asked, request: asked };
  const start = elapsed();
  try {
    const answer = await send(travel, step, saved);
    const document = parseBody(answer);
    const problems = [...checkAnswer(answer, document, step), ...save(document, step, saved)];
    if (problems.length > 0) return { ...about, ...measures(answer), state: 'failed', problems };
    const slow = checkLatency(answer, step);
    return { ...about, ...measures(answer), state: slow.length > 0 ? 'warning' : 'ok', problems: slow };
  } catch (error) {
    // A user who gets no answer has no use of the reason: no answer is a failure.
    if (travel.signal.aborted || !(error instanceof OperatorError)) throw error;
    const latencyMs = Math.round(elapsed() - start);
    return { ...about, status: null, latencyMs, state: 'failed', problems: [error.message] };
  }
}

const measures = ({ status, durationMs }: HttpAnswer) => ({ status, latencyMs: durationMs });

function send({ url, timeoutMs, signal }: Travel, step: JourneyStep, saved: Saved): Promise<HttpAnswer> {
  const headers = Object.entries(step.headers).map(([name, value]) => [name, fillText(value, saved)]);
  const secrets = Object.entries(step.secretHeaders).map(([name, value]) => [name, value.reveal()]);
  const body = step.body === undefined ? undefined : JSON.stringify(fillData(step.body, saved));
  return request({
    url: url.replace(/\/+$/, '') + fillPath(step.path, saved),
    method: step.method,
    headers: {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...Object.fromEntries([...headers, ...secrets]),
    },
    ...(body !== undefined && { body }),
    timeoutMs: step.timeout ?? timeoutMs,
    signal,
  });
}

/** Undefined for a body that is no JSON. */
function parseBody({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function checkAnswer({ status }: HttpAnswer, document: unknown, { expect }: JourneyStep): string[] {
  if (!expect.status.includes(status)) return [`answered ${status}, expected ${expect.status.join(' or ')}`];
  if (document === undefined && Object.keys(expect.json).length > 0) return ['answered with something that is no JSON'];
  return checkJson(document, expect.json);
}

function save(document: unknown, step: JourneyStep, saved: Map<string, unknown>): string[] {
  return Object.entries(step.save).flatMap(([name, path]) => {
    const value = valueAtPath(document, path);
    saved.set(name, value);
    return value === undefined ? [`${path}: nothing there to be saved as ${name}`] : [];
  });
}

function checkLatency({ durationMs }: HttpAnswer, { expect }: JourneyStep): string[] {
  if (expect.latency === undefined || durationMs <= expect.latency) return [];
  return [`took ${formatDuration(durationMs)}, longer than ${formatDuration(expect.latency)}`];
}
