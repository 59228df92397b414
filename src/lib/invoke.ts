/** One command from parsed words to exit code: options, context, run, document, output, clean-up. */
import { hostname } from 'node:os';
import type * as z from 'zod';
import type { Command, OptionText } from './command.js';
import type { Log } from './context.js';
import { type ContextOptions, createContext } from './create-context.js';
import { type Document, SCHEMA_VERSION } from './document.js';
import { abortReason, exitCodeOf, explain, OperatorError, statusOf } from './errors.js';
import { GlobalFlags } from './globals.js';
import { requireNode } from './node-version.js';
import { packageVersion } from './package.js';
import { afterAbort } from './patience.js';
import { listenForSignals, type SignalSource } from './process/signals.js';
import { createRedactor, type Redactor } from './redact.js';
import type { Outcome } from './status.js';
import { createEmit } from './terminal/emit.js';
import { escapeText } from './terminal/escape.js';
import type { Output } from './terminal/io.js';
import { lendScreen } from './terminal/lend-screen.js';
import { createProgress } from './terminal/progress.js';
import { report } from './terminal/report.js';

/** What the program is given: `process` itself, or a stand-in of a test. */
export type World = SignalSource &
  Pick<NodeJS.Process, 'env' | 'cwd' | 'stdout' | 'stderr' | 'versions'> &
  Partial<Pick<NodeJS.Process, 'stdin'>>;

export interface Streams {
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Invocation extends Streams {
  /** Words of the command, such as `db health`. */
  readonly path: string;
  readonly command: Command;
  /** As commander read them: strings and booleans, absent when not given. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly world: World;
}

/** How long clean-up may take after a signal or the deadline before we leave without it. */
const GRACE_MS = 8_000;

/** Runs the command and writes its outcome. Resolves to the exit code. @throws OperatorError VOPS-USAGE, VOPS-TOOL-MISSING */
export async function invoke(invocation: Invocation): Promise<number> {
  const { options, stderr, world } = invocation;
  requireNode(world.versions.node);
  const globals = parseOptions(GlobalFlags, options);
  const flags = parseOptions(invocation.command.flags, options, invocation.command.operands);
  const command = await inEnvironments(invocation, globals);
  const redactor = createRedactor();
  const emit = createEmit({ ...invocation, globals, redactor });
  const { signal, release } = endingSignal(invocation, globals);
  const { screen, isHeldBack, takeBack } = lendScreen({ ...invocation, globals, redactor, signal });
  const log = createLog({ ...globals, isHeldBack }, stderr, redactor);
  const { quiet, verbose } = globals;
  const { progress, stop } = createProgress({ stderr, env: world.env, quiet, verbose: verbose > 0, isHeldBack });
  const own = { signal, log, progress, redactor, emit, screen };
  const { context, dispose, environment } = createContext(contextOptions(invocation, globals, own));
  const startedAt = context.now().toISOString();
  const start = context.elapsed();
  const ended = await settle(() => command.run(context, flags), signal);
  await stop();
  const told = takeBack() ? { ...globals, quiet: true } : globals;
  const durationMs = Math.round(context.elapsed() - start);
  const about = { command: invocation.path, environment: environment() ?? globals.env ?? 'default', startedAt };
  const document = createDocument(ended, { ...about, durationMs }, globals.failOn);
  const shown = { command, globals: told, document: redactor.data(document) };
  const exitCode = await report({ ...invocation, ...shown, cause: errorOf(ended), redactor });
  // After the report, so that what stays up for the operator to look at (demo --keep) is announced first.
  await dispose();
  release();
  return exitCode;
}

/** The command, or one that carries it out in every environment. */
async function inEnvironments({ path, command, options }: Invocation, { env, config }: GlobalFlags): Promise<Command> {
  if (env !== 'all') return command;
  const { acrossEnvironments } = await import('./environments/index.js');
  return acrossEnvironments({ path, command, options, config });
}

function contextOptions(
  { path, world, stderr }: Invocation,
  globals: GlobalFlags,
  own: Pick<ContextOptions, 'signal' | 'log' | 'progress' | 'redactor' | 'emit' | 'screen'>,
): ContextOptions {
  const { dryRun } = globals;
  const interactive = stderr.isTerminal;
  return { ...own, command: path, env: world.env, cwd: world.cwd(), dryRun, interactive, configFlags: globals };
}

const NO_COMMAND = { summary: () => '', view: () => '' } as const;

/** Reports an error that came before any command could run: a wrong call, or a bug of ours. */
export function refuse(
  error: unknown,
  call: Streams & { readonly argv: readonly string[]; readonly world: World },
): Promise<number> {
  const redactor = createRedactor();
  const about = { command: '', environment: 'default', startedAt: new Date().toISOString(), durationMs: 0 };
  return report({
    ...call,
    command: NO_COMMAND,
    globals: formAskedFor(call.argv),
    document: redactor.data(createDocument({ error }, about, 'error')),
    cause: error,
    redactor,
  });
}

/** The form of the answer, read from words that could not be parsed: a program waits for it all the same. */
function formAskedFor(argv: readonly string[]): GlobalFlags {
  const words = ` ${argv.join(' ')} `;
  const format = / --format[ =](nagios|github|junit) /.exec(words)?.[1];
  const json = / (--json|-o ?json|--output[ =]json) /.test(words);
  return GlobalFlags.parse({ json, format, debug: argv.includes('--debug') });
}

/** Options by their schema; what is wrong is said in the words of the command line. */
function parseOptions<T>(
  schema: z.ZodType<T>,
  options: Invocation['options'],
  operands: readonly OptionText[] = [],
): T {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const asTyped = (name: string) =>
    operands.find(([text]) => text.slice(1, -1) === name)?.[0] ??
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const wrong = parsed.error.issues.map(({ path, message }) => `${asTyped(String(path[0] ?? ''))}: ${message}`);
  throw new OperatorError('VOPS-USAGE', wrong.join('\n'), { hint: 'add --help to see what the command takes' });
}

/** Aborted by the first signal or the deadline, with the reason. */
function endingSignal({ world, stderr }: Invocation, { deadline }: GlobalFlags) {
  const controller = new AbortController();
  const stopListening = listenForSignals(world, (reason) => {
    controller.abort(reason); // first: a picture leaves the screen at once, and the message stays
    void stderr.write(`${reason.message}: cleaning up; once more to stop at once\n`);
  });
  const expire = () => {
    const hint = 'give it more time with --deadline, or look for the slow part with -v';
    controller.abort(
      new OperatorError('VOPS-DEADLINE', `the deadline of ${Number(deadline) / 1000} s ran out`, { hint }),
    );
  };
  const timer = deadline === undefined ? undefined : setTimeout(expire, deadline);
  const release = () => {
    clearTimeout(timer);
    stopListening();
  };
  return { signal: controller.signal, release };
}

type Ended = { readonly outcome: Outcome<unknown> } | { readonly error: unknown };
const errorOf = (ended: Ended) => ('error' in ended ? ended.error : undefined);

/** Outcome or error. After an abort the work gets a bounded time to clean up; what it still reports is kept. */
async function settle(run: () => Promise<Outcome<unknown>>, signal: AbortSignal): Promise<Ended> {
  const work = run().then(
    (outcome): Ended => ({ outcome }),
    (error: unknown): Ended => ({ error: signal.aborted ? abortReason(signal) : error }),
  );
  const patience = afterAbort(signal, GRACE_MS);
  const ended = await Promise.race([work, patience.over.then((): Ended => ({ error: abortReason(signal) }))]);
  patience.release();
  return ended;
}

type Wishes = Pick<GlobalFlags, 'quiet' | 'verbose'> & { readonly isHeldBack: () => boolean };

/** Silent while there is a picture on the screen: a line would spoil it. */
function createLog({ quiet, verbose, isHeldBack }: Wishes, stderr: Output, redactor: Redactor): Log {
  const line = (wanted: boolean) => (message: string) => {
    if (wanted && !isHeldBack()) void stderr.write(`${escapeText(redactor.text(message))}\n`);
  };
  return { warn: line(!quiet), info: line(verbose >= 1), debug: line(verbose >= 2) };
}

function createDocument(
  ended: Ended,
  about: Pick<Document, 'command' | 'environment' | 'startedAt' | 'durationMs'>,
  failOn: GlobalFlags['failOn'],
): Document {
  const { command, ...times } = about;
  const origin = { schemaVersion: SCHEMA_VERSION, command, version: packageVersion(), host: hostname() } as const;
  const base = { ...origin, ...times };
  if ('error' in ended) {
    const error = explain(ended.error);
    const status = statusOf(error.code);
    return { ...base, status, exitCode: exitCodeOf(status, failOn, error), findings: [], error };
  }
  const { status, findings, result, error } = ended.outcome;
  const exitCode = exitCodeOf(status, failOn, error);
  return { ...base, status, exitCode, findings: [...findings], result, ...(error && { error }) };
}
