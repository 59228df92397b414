/** Writes a finished command's document to the two streams, in the form asked for. */
import { resolve } from 'node:path';
import type { Command } from '../command.js';
import type { Document } from '../document.js';
import { EXIT_CODES, OperatorError } from '../errors.js';
import type { GlobalFlags } from '../globals.js';
import { mapStrings, type Redactor } from '../redact.js';
import type { Outcome } from '../status.js';
import { escapeText } from './escape.js';
import { type Output, wantsColor } from './io.js';
import { createTheme, type Theme, type ThemeOptions } from './theme.js';

export interface Report {
  readonly command: Pick<Command, 'summary' | 'view' | 'raw' | 'line'>;
  readonly globals: GlobalFlags;
  /** Redacted already. */
  readonly document: Document;
  /** What was thrown, if anything: its stack is shown with --debug. */
  readonly cause: unknown;
  readonly redactor: Redactor;
  readonly world: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: () => string };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Writes everything and resolves to the exit code, which a stream that cannot be written turns into a failure. */
export async function report(finished: Report): Promise<number> {
  const { document, globals, stdout, stderr } = finished;
  const unwritten = await keepTextfile(finished);
  const failed = document.exitCode !== 0;
  if (globals.format) {
    const { FORMATS } = await import('./formats.js');
    const { text, exitCode } = FORMATS[globals.format](document, escapedSummary(finished));
    await stdout.write(`${text}\n`);
    return deliver(finished, exitCode, unwritten);
  }
  if (!globals.quiet || isMachineReadable(globals)) await writeResult(finished, failed);
  if (failed) await stderr.write(await failureReport(finished));
  return deliver(finished, document.exitCode, unwritten);
}

const isMachineReadable = ({ json, output }: GlobalFlags) => json || output === 'json' || output === 'ndjson';

async function writeResult(finished: Report, failed: boolean): Promise<void> {
  const { document, globals, stdout, command } = finished;
  if (command.line || (globals.quiet && !failed)) return;
  if (isMachineReadable(globals)) {
    return stdout.write(`${JSON.stringify(document, null, globals.output === 'ndjson' ? 0 : 2)}\n`);
  }
  if (document.result === undefined) return;
  const result = mapStrings(document.result, command.raw ? (text) => text : escapeText);
  if (command.raw) return stdout.write(command.view(result, await theme(finished, stdout, 'tabs')));
  if (globals.output === 'plain') {
    // A command whose answer is one line has no details below it.
    const details = command.view(result, await theme(finished, stdout, 'tabs'));
    return stdout.write(block(details || command.summary(result)));
  }
  const look = await theme(finished, stdout, stdout.isTerminal ? 'terminal' : 'tabs');
  const parts = [headline(finished, look), command.view(result, look), findingsText(document, look)];
  return stdout.write(
    parts
      .filter((part) => part !== '')
      .map(block)
      .join(stdout.isTerminal ? '\n' : ''),
  );
}

const block = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

function theme({ globals, world }: Report, output: Output, layout: ThemeOptions['layout']): Promise<Theme> {
  const color = wantsColor({ flag: globals.color, env: world.env, isTerminal: output.isTerminal });
  return createTheme({ color, layout, columns: output.columns });
}

function escapedSummary({ command, document }: Report): string {
  if (document.error) return escapeText(document.error.message);
  return command.summary(mapStrings(document.result, escapeText));
}

const headline = (finished: Report, look: Theme) =>
  `${look.verdict(finished.document.status)}  ${finished.document.command}: ${escapedSummary(finished)}`;

/** One line a finding, its hint below. */
function findingsText({ findings }: Pick<Outcome<unknown>, 'findings'>, look: Theme): string {
  return findings
    .map(({ severity, message, hint, code }) => {
      const line = `${severity}: ${escapeText(message)} ${look.dim(`[${code}]`)}`;
      return hint === undefined ? line : `${line}\n  ${look.dim(`Hint: ${escapeText(hint)}`)}`;
    })
    .join('\n');
}

/** What makes text of a result. */
export interface Look<Result> {
  /** What the report is on: command, host, time. */
  readonly title: string;
  readonly summary: (result: Result) => string;
  readonly view: (result: Result, theme: Theme) => string;
}

/** The whole as text for a file or a mail: first line, details, findings. */
export function textReport<Result>(
  { status, findings, result }: Outcome<Result>,
  { title, summary, view }: Look<Result>,
  look: Theme,
): string {
  const escaped = mapStrings(result, escapeText);
  const parts = [
    `${look.verdict(status)}  ${escapeText(title)}: ${summary(escaped)}`,
    view(escaped, look),
    findingsText({ findings }, look),
  ];
  return parts.map(block).join('');
}

/**
 * What stderr says of a run that did not end with 0. Quiet runs have shown nothing yet, so the whole report goes here:
 * this is what cron mails.
 */
async function failureReport(finished: Report): Promise<string> {
  const { document, globals, stderr, command } = finished;
  const lines: string[] = [];
  const look = await theme(finished, stderr, 'aligned');
  if (document.error) lines.push(...errorLines(finished, document.error));
  else if (globals.quiet) {
    lines.push(
      headline(finished, look),
      command.view(mapStrings(document.result, escapeText), look),
      findingsText(document, look),
    );
  }
  const { command: path, host, exitCode } = document;
  const meaning = EXIT_CODES.find(({ code }) => code === exitCode)?.name ?? 'failed';
  const program = ['viktoria-ops', path].join(' ').trim();
  lines.push(`${program} on ${escapeText(host)}: ${document.status}, exit ${exitCode} (${meaning})`);
  return lines
    .filter((line) => line !== '')
    .map(block)
    .join('');
}

function errorLines({ cause, globals, redactor }: Report, error: NonNullable<Document['error']>): string[] {
  const stack = globals.debug && cause instanceof Error && cause.stack ? redactor.text(cause.stack) : undefined;
  return [
    // An error may speak of several places, one a line: each line is escaped on its own.
    `error: ${error.message.split('\n').map(escapeText).join('\n  ')} [${error.code}]`,
    ...(error.hint === undefined ? [] : [`Hint: ${escapeText(error.hint)}`]),
    ...(stack === undefined ? [] : stack.split('\n').map(escapeText)),
  ];
}

/** What kept the file from being written: the answer is given all the same. */
async function keepTextfile({ globals, document, world }: Report): Promise<OperatorError | undefined> {
  if (globals.textfile === undefined) return undefined;
  const { writeTextfile } = await import('../textfile.js');
  try {
    await writeTextfile(resolve(world.cwd(), globals.textfile), document);
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
}

async function deliver({ stdout, stderr }: Report, exitCode: number, unwritten?: OperatorError): Promise<number> {
  const failure = stdout.failure() ?? stderr.failure() ?? unwritten;
  if (!failure) return exitCode;
  const hint = failure.hint === undefined ? '' : `Hint: ${failure.hint}\n`;
  await stderr.write(`error: ${escapeText(failure.message)} [${failure.code}]\n${hint}`);
  return exitCode === 0 ? 1 : exitCode;
}
