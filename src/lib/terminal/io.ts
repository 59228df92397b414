/** The two streams we write. Every byte passes here, is awaited, and tells when nobody can receive it. */
import type { Writable } from 'node:stream';
import { OperatorError, systemCode } from '../errors.js';

export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface Output {
  readonly isTerminal: boolean;
  /** Width in characters; undefined when not a terminal, or one that does not know its width (it says 0). */
  readonly columns: number | undefined;
  /** Resolves when the text was handed to the receiver, or is known to be undeliverable. */
  readonly write: (text: string) => Promise<void>;
  /** Set when the receiver could not take what was written (disk full, I/O error). A reader that left is no failure. */
  readonly failure: () => OperatorError | undefined;
  /** False once the receiver has left. */
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

/** Wraps a process stream. `name` (stdout, stderr) goes into the error. */
export function createOutput(stream: TerminalStream, name: string): Output {
  let failure: OperatorError | undefined;
  let gone = false;
  const onError = (error: Error) => {
    gone = true;
    if (systemCode(error) === 'EPIPE' || systemCode(error) === 'ERR_STREAM_DESTROYED') return;
    failure ??= new OperatorError('VOPS-OUTPUT', `cannot write to ${name} (${systemCode(error) ?? error.message})`, {
      hint: `check where ${name} is redirected to: a full disk, a closed device?`,
      cause: error,
    });
  };
  stream.on('error', onError);
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.isTTY ? stream.columns || undefined : undefined,
    write: (text) =>
      new Promise((resolve) => {
        if (gone || text === '') return resolve();
        stream.write(text, (error) => {
          if (error) onError(error);
          resolve();
        });
      }),
    failure: () => failure,
    isOpen: () => !gone,
    close: () => {
      // The listener stays until pending errors of a broken stream have been emitted; a no-op one would hide nothing.
      if (!gone) stream.off('error', onError);
    },
  };
}

export interface ColorWishes {
  /** --color, --no-color, or neither. */
  readonly flag: boolean | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/** Whether to colour: flag, then NO_COLOR (no-color.org), FORCE_COLOR, CLICOLOR_FORCE, then whether it is a terminal. */
export function wantsColor({ flag, env, isTerminal }: ColorWishes): boolean {
  if (flag !== undefined) return flag;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  if (env.CLICOLOR_FORCE) return env.CLICOLOR_FORCE !== '0';
  return isTerminal && env.TERM !== 'dumb';
}
