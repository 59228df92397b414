/**
 * What a command is: one typed object. The same object runs by hand, as a step of a tier and as a library call.
 */
import type * as z from 'zod';
import type { Context } from './context.js';
import type { Chart } from './html/index.js';
import type { Outcome } from './status.js';
import type { Picture, Size } from './terminal/frame.js';
import type { Theme } from './terminal/theme.js';

/** `['--window <duration>', 'how far back to look']`: what people read. Defaults are in the schema, never here. */
export type OptionText = readonly [flags: string, description: string];

export interface Command<Flags = unknown, Result = unknown, Given = unknown> {
  readonly options?: readonly OptionText[];
  /** Operands in order, `['<name>', 'what it is']`; their values reach `flags` under the bare name. */
  readonly operands?: readonly OptionText[];
  /** What the program trusts: parses the options, holds the defaults. */
  readonly flags: z.ZodType<Flags, Given>;
  /** The schema of the result, which is also what `--json` carries. */
  readonly result: z.ZodType<Result>;
  /** Does the work. Methods, here and below, so that every command fits the registry's one type. */
  run(context: Context, flags: Flags): Promise<Outcome<Result>>;
  /** One line that answers the question the command asks. */
  summary(result: Result): string;
  /** The details below that line; '' when the line says it all. Pure: text in the result is already escaped. */
  view(result: Result, theme: Theme): string;
  /** What of it is better seen than read, for a page; text in the result is as it came. */
  charts?(result: Result): readonly Chart[];
  /**
   * For a command that hands out records while it runs (`context.emit`): a record as a line, its text already escaped.
   * Such a command's stdout is its records and nothing else.
   */
  line?(record: unknown, theme: Theme): string;
  /**
   * For a command that is watched (`context.screen`): the state as the lines of a screen of this size; what does not fit
   * is cut. Pure: text in the state is already escaped.
   */
  picture?(state: unknown, theme: Theme, size: Size): Picture;
  readonly examples: readonly string[];
  /** A result as the command makes it, for the laws and the documentation. */
  readonly sample: Result;
  /** True for a command that changes something: it takes --dry-run. */
  readonly changes?: boolean;
  /** True for a command that only looks at a backend: it can look at all of them at once, with --env all. */
  readonly spansEnvironments?: boolean;
  /** True for a command whose stdout is its text and nothing else (completion scripts). */
  readonly raw?: boolean;
}

/** Infers the types of a command from its schemas. */
export function defineCommand<Flags, Result, Given>(
  command: Command<Flags, Result, Given>,
): Command<Flags, Result, Given> {
  return command;
}

/**
 * The `run` of a command that changes something: `plan` reads and returns what would be done, `apply` does it.
 * `--dry-run` stops between the two, so what it prints is the very plan a real run carries out. What only `apply` needs,
 * such as the bytes to be written, a plan may carry beside its result.
 */
export function planThenApply<Flags, Result, Plan extends Outcome<Result> = Outcome<Result>>(
  plan: (context: Context, flags: Flags) => Promise<Plan>,
  apply: (context: Context, plan: Plan, flags: Flags) => Promise<Outcome<Result>>,
): (context: Context, flags: Flags) => Promise<Outcome<Result>> {
  return async (context, flags) => {
    const planned = await plan(context, flags);
    return context.dryRun ? planned : apply(context, planned, flags);
  };
}

/** One line of the table of contents: cheap, so that `--help` loads nothing else. */
export interface CommandEntry {
  /** Words as typed: `db health`. */
  readonly path: string;
  readonly summary: string;
  /** The command its group stands for when no subcommand is named: `errors` is `errors count`. */
  readonly isDefault?: true;
  /** Another last word it answers to, which is kept for scripts. */
  readonly alias?: string;
  readonly load: () => Promise<{ readonly default: Command }>;
}
