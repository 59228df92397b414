import type { Command } from '../command.js';
import { openEnvironments } from '../config/index.js';
import type { Context, Log } from '../context.js';
import { createContext } from '../create-context.js';
import { OperatorError } from '../errors.js';
import { runStep } from '../pipeline.js';
import { createRedactor } from '../redact.js';
import { sideBySide } from '../side-by-side.js';
import { AcrossResult, concludeEnvironments, describeEnvironments, worstFirst } from './conclude.js';

/**
 * Waiting costs next to nothing, and some of them may be out of reach until their timeout; some six sockets each stay
 * well below 1,024, the usual limit of descriptors.
 */
const AT_ONCE = 100;

/** What was asked for, as the command line has it. */
export interface Asked {
  /** Words of the command, such as `db health`. */
  readonly path: string;
  readonly command: Command;
  /** Options, as commander read them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The configuration file, where one is named. */
  readonly config: string | undefined;
}

/**
 * The command as one over all environments: same options, side by side, each with a context, a configuration and secrets
 * of its own. @throws OperatorError VOPS-USAGE for a command that changes something, or that hands out records
 */
export function acrossEnvironments(asked: Asked): Command {
  const { command, path } = asked;
  if (!command.spansEnvironments) {
    const reason = command.changes ? 'changes what it works on' : 'is about one environment';
    throw new OperatorError('VOPS-USAGE', `${path} ${reason}: it does not take --env all`, {
      hint: `name one: viktoria-ops ${path} --env production`,
    });
  }
  const across: Command<unknown, AcrossResult> = {
    flags: command.flags,
    result: AcrossResult,
    run: (context) => runEverywhere(context, asked),
    summary: describeEnvironments,
    view: ({ environments }, theme) =>
      theme.table(
        ['environment', 'status', 'time', 'seen'],
        worstFirst(environments).map(({ environment, status, durationMs, summary }) => [
          environment,
          theme.status(status),
          theme.duration(durationMs),
          summary,
        ]),
      ),
    examples: command.examples,
    sample: { environments: [] },
  };
  return across;
}

async function runEverywhere(context: Context, { path, command, options, config }: Asked) {
  const { env, cwd, signal } = context;
  const environments = await openEnvironments({ flags: { config }, env, cwd });
  const reports = await sideBySide(environments.names, AT_ONCE, async (environment) => {
    const redactor = createRedactor();
    const { context: own, dispose } = createContext({
      ...context,
      command: path,
      configFlags: { config, env: environment },
      load: (known) => environments.load(environment, known),
      redactor,
      log: prefixed(context.log, (message) => `${environment}: ${redactor.text(message)}`),
    });
    const { id: _, reason: __, ...report } = await runStep(own, { id: environment, command, given: options });
    await dispose();
    return { environment, ...redactor.data(report) };
  });
  return concludeEnvironments(signal, reports);
}

const prefixed = ({ warn, info, debug }: Log, tell: (message: string) => string): Log => ({
  warn: (message) => warn(tell(message)),
  info: (message) => info(tell(message)),
  debug: (message) => debug(tell(message)),
});
