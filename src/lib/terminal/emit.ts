/** Writes the records of a command that hands them out while it runs, each as soon as it comes. */
import type { Command } from '../command.js';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import type { GlobalFlags } from '../globals.js';
import { mapStrings, type Redactor } from '../redact.js';
import { escapeText } from './escape.js';
import { type Output, wantsColor } from './io.js';
import { createTheme } from './theme.js';

export interface Emitting {
  readonly command: Pick<Command, 'line'>;
  readonly globals: GlobalFlags;
  readonly world: { readonly env: Readonly<Record<string, string | undefined>> };
  readonly stdout: Output;
  readonly redactor: Redactor;
}

/** The context's `emit`. @throws OperatorError VOPS-USAGE when one JSON document is asked for: records have no end */
export function createEmit({ command, globals, world, stdout, redactor }: Emitting): Context['emit'] {
  if (command.line && (globals.json || globals.output === 'json')) {
    throw new OperatorError('VOPS-USAGE', 'this command gives records, one a line, and never one document', {
      hint: 'ask for them with -o ndjson',
    });
  }
  const color = wantsColor({ flag: globals.color, env: world.env, isTerminal: stdout.isTerminal });
  let theme: ReturnType<typeof createTheme> | undefined;
  const textOf = async (record: object) => {
    if (globals.output === 'ndjson') return JSON.stringify(record);
    return (
      command.line?.(mapStrings(record, escapeText), await (theme ??= createTheme({ color, layout: 'tabs' }))) ?? ''
    );
  };
  return async (record) => {
    if (!globals.quiet) await stdout.write(`${await textOf(redactor.data(record))}\n`);
    return stdout.isOpen();
  };
}
