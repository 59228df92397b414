/** `performance load-test`: does the backend bear it, and what do its hooks do meanwhile? */
import { resolve } from 'node:path';
import * as z from 'zod';
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import { HookPerformance } from '../contract/index.js';
import { abortReason, explain, OperatorError, statusOf } from '../errors.js';
import { readRegularFile } from '../files/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { fire, Load } from './load-test/fire.js';
import { judgeLoad } from './load-test/judge.js';
import { protectionOf } from './load-test/protection.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const [SHORTEST_MS, LONGEST_MS] = [1_000, 600_000];

export const LoadTestFlags = z.object({
  path: z.string().regex(/^\//, 'expected a path that begins with /').default('/'),
  method: z.enum(METHODS).default('GET'),
  body: z.string().min(1).optional(),
  duration: Duration.refine((ms) => ms >= SHORTEST_MS && ms <= LONGEST_MS, 'expected 1s to 10m').prefault('30s'),
  connections: z.coerce.number().int().min(1).max(500).default(10),
  rate: z.coerce.number().int().min(1).max(10_000).optional(),
  confirm: z.string().min(1).optional(),
});
export type LoadTestFlags = z.output<typeof LoadTestFlags>;

const HookFigures = HookPerformance.unwrap().pick({ totalExecutions: true, errorRate: true, p50: true, p95: true });

export const LoadTest = z.object({
  url: z.string(),
  method: z.enum(METHODS),
  connections: z.number(),
  durationMs: z.number(),
  /** Requests a second; null: as many as the connections bear. */
  ratePerSecond: z.number().nullable(),
  /** What the application calls itself. */
  environment: z.string(),
  /** Why it may be production, which takes `--confirm`; null of one that is not. */
  protection: z.string().nullable(),
  /** All hooks, as long before the test as it takes. */
  hooksBefore: HookFigures,
  /** Null while it is only planned. */
  load: Load.nullable(),
  /** All hooks during the test; null, too, where the application could not be asked any more. */
  hooksDuring: HookFigures.nullable(),
});
export type LoadTest = z.infer<typeof LoadTest>;

type LoadContext = Pick<Context, 'api' | 'config' | 'cwd' | 'elapsed' | 'log' | 'progress' | 'signal'>;

/** Looks at the target, and sends it no load. Errors: `VOPS-API-…`. */
export async function planLoadTest(context: LoadContext, flags: LoadTestFlags): Promise<Outcome<LoadTest>> {
  const { app, environment, performance } = await context.config();
  const overview = await context.api('health');
  const url = targetOf(app.url, flags.path);
  const result: LoadTest = {
    url: url.href,
    method: flags.method,
    connections: flags.connections,
    durationMs: flags.duration,
    ratePerSecond: flags.rate ?? null,
    environment: overview.environment,
    protection: protectionOf({ url, applicationEnvironment: overview.environment, environment }) ?? null,
    hooksBefore: await hookFigures(context, flags.duration),
    load: null,
    hooksDuring: null,
  };
  return conclude(result, performance.loadTest.token && url.protocol === 'https:' ? [CERTIFICATE] : []);
}

const CERTIFICATE: Finding = {
  code: 'VOPS-LOAD-CERTIFICATE',
  severity: 'info',
  message: 'the certificate is checked once before the test; autocannon does not check it on its own connections',
  hint: 'let performance.loadTest.token be one of the test environment, good for nothing else',
};

/** Errors: `VOPS-USAGE` when a protected target is not confirmed: then nothing was sent. */
export async function applyLoadTest(
  context: LoadContext,
  { result, findings }: Outcome<LoadTest>,
  flags: LoadTestFlags,
): Promise<Outcome<LoadTest>> {
  requireConfirmation(result, flags.confirm);
  const { kpis, performance } = await context.config();
  const shots = {
    url: result.url,
    method: result.method,
    headers: headersOf(performance, flags.body),
    body: flags.body === undefined ? undefined : await bodyOf(resolve(context.cwd, flags.body)),
    connections: flags.connections,
    durationMs: flags.duration,
    ratePerSecond: flags.rate,
  };
  const load = await fire(context, shots, performance.loadTest.stopAbove);
  const hooksDuring = context.signal.aborted ? null : await hooksAfter(context, load.durationMs);
  const outcome = conclude({ ...result, load, hooksDuring }, [...findings, ...judgeLoad(load, kpis)]);
  if (!context.signal.aborted) return outcome;
  const error = explain(abortReason(context.signal));
  return { ...outcome, status: statusOf(error.code), error };
}

function targetOf(base: string, path: string): URL {
  const url = new URL(base);
  const target = new URL(url.pathname.replace(/\/+$/, '') + path, url.origin);
  if (target.origin === url.origin) return target;
  throw new OperatorError('VOPS-USAGE', `--path ${path} leads to another host`, { hint: 'begin it with one /' });
}

function requireConfirmation({ url, protection }: LoadTest, confirmed: string | undefined): void {
  const { host, hostname } = new URL(url);
  if (confirmed === undefined && protection === null) return;
  if (confirmed === host || confirmed === hostname) return;
  const reason = protection ?? `--confirm names ${confirmed}, and the target is ${host}`;
  throw new OperatorError('VOPS-USAGE', `not put under load: ${reason}`, {
    hint: `choose a test environment with --env; or, knowing what it does to users: --confirm ${host}`,
  });
}

function headersOf({ loadTest }: Config['performance'], body: string | undefined): Record<string, string> {
  return {
    'user-agent': 'viktoria-ops load-test',
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(loadTest.token && { authorization: `Bearer ${loadTest.token.reveal()}` }),
  };
}

const LARGEST_BODY = 1_000_000;
const bodyOf = async (path: string): Promise<string> => (await readRegularFile(path, LARGEST_BODY)).toString('utf8');

async function hookFigures({ api }: Pick<Context, 'api'>, lengthMs: number): Promise<z.output<typeof HookFigures>> {
  return HookFigures.parse(await api('performance', { window: `${Math.ceil(lengthMs / 1_000)}s` }));
}

/** A backend that the test brought down is a result, not an error. */
async function hooksAfter(context: LoadContext, lengthMs: number): Promise<LoadTest['hooksDuring']> {
  try {
    return await hookFigures(context, lengthMs);
  } catch (error) {
    if (!(error instanceof OperatorError) || context.signal.aborted) throw error;
    context.log.warn(`the hooks' figures after the test could not be read: ${error.message}`);
    return null;
  }
}
