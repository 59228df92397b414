/** What is written to a terminal so that it shows a picture. Pure. */
import { cutTo } from './width.js';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Picture {
  readonly lines: readonly string[];
  /** By how many lines it was to be scrolled further than there is something. */
  readonly overscroll: number;
}

/** No line wider than the screen, and no more of them than it has rows. */
export const fitTo = (lines: readonly string[], { columns, rows }: Size): string[] =>
  lines.slice(0, rows).map((line) => cutTo(columns, line));

/** From what is on the screen (undefined: nobody knows) to what shall be: only lines that differ are written. */
export function repaint(before: readonly string[] | undefined, after: readonly string[]): string {
  const changed = Array.from({ length: Math.max(before?.length ?? 0, after.length) }, (_, row) =>
    // Erased before it is written: after a line of full width the cursor stands on its last character.
    before?.[row] === after[row] ? '' : `\u001b[${row + 1};1H\u001b[K${after[row] ?? ''}`,
  );
  return `${before ? '' : CLEAR}${changed.join('')}`;
}

const CLEAR = '\u001b[2J';

/** To the screen that is put aside when we leave, without a cursor; a line too long is cut by the terminal, not wrapped. */
export const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
/** All of it undone. */
export const LEAVE = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
