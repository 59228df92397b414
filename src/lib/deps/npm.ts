/** npm, asked for JSON. It exits with 1 for a finding and for an outage alike: the answer tells them apart. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import type { Finding } from '../status.js';

export type NpmContext = Pick<Context, 'env' | 'exec' | 'signal'>;

export interface NpmCall {
  /** Directory of `package.json`. */
  readonly directory: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
}

/** What npm answered, or why there is no answer. */
export type NpmAnswer<T> = { readonly answer: T } | { readonly missing: Finding };

/**
 * Runs npm and parses what it prints. A registry that is down, silent, or no registry is no answer, and no finding
 * about packages either.
 * Errors: `VOPS-TOOL-MISSING`; the signal's reason when aborted.
 */
export async function askNpm<T>(context: NpmContext, call: NpmCall, schema: z.ZodType<T>): Promise<NpmAnswer<T>> {
  const { directory, args, timeoutMs } = call;
  // It asks twice, at most: its own words come before our patience ends.
  const patience = [`--fetch-timeout=${Math.ceil(timeoutMs / 3)}`, '--fetch-retries=1', '--fetch-retry-mintimeout=100'];
  try {
    const { stdout, stderr } = await context.exec(
      'npm',
      [...args, '--json', '--ignore-scripts', ...patience, ...QUIET],
      {
        cwd: directory,
        env: npmEnvironment(context.env),
        timeoutMs,
        okExitCodes: [0, 1],
      },
    );
    const data = parseJson(stdout);
    const failure = Failure.safeParse(data);
    if (failure.success) return { missing: noAnswer(reasonOf(failure.data)) };
    const parsed = schema.safeParse(data);
    return parsed.success ? { answer: parsed.data } : { missing: noAnswer(lastLineOf(stderr)) };
  } catch (error) {
    if (context.signal.aborted || !(error instanceof OperatorError) || error.code !== 'VOPS-TOOL-FAILED') throw error;
    return { missing: noAnswer(error.message) };
  }
}

const QUIET = ['--no-fund', '--no-update-notifier', '--no-progress', '--color=false'] as const;

/** Where the registry is and how to get there: npm's own settings, proxies, certificates. They may hold secrets. */
export function npmEnvironment(env: Context['env']): Record<string, string> {
  const passed = Object.entries(env).filter(([name]) =>
    /^(npm_config_.+|(https?|no)_proxy|node_extra_ca_certs)$/i.test(name),
  );
  return Object.fromEntries(passed.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

const Failure = z.object({
  message: z.string().optional(),
  error: z.object({ code: z.string().optional(), summary: z.string(), detail: z.string().optional() }),
});

const reasonOf = ({ message, error }: z.infer<typeof Failure>): string =>
  [message, error.summary, error.code].find((text) => text !== undefined && text !== '') ?? 'no reason given';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const lastLineOf = (text: string): string => text.trim().split('\n').at(-1) || 'it printed no JSON';

const noAnswer = (reason: string): Finding => ({
  code: 'VOPS-DEPS-UNKNOWN',
  severity: 'unknown',
  message: `npm gave no answer: ${reason}`,
  hint: 'look at the registry (npm config get registry; npm ping) and try again; this says nothing about the packages',
});
