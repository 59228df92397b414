/** What a section is made of, before it is Markdown or HTML. */
import * as z from 'zod';

export const Block = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
  z.strictObject({ kind: z.literal('table'), columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
  /** Command lines to be copied. */
  z.strictObject({ kind: z.literal('commands'), lines: z.array(z.string()) }),
]);
export type Block = z.output<typeof Block>;

export const text = (words: string): Block => ({ kind: 'text', text: words });

export const commands = (...lines: string[]): Block => ({ kind: 'commands', lines });

/** A table, or the words where there is nothing to be in it. */
export const table = (columns: string[], rows: string[][], otherwise: string): Block =>
  rows.length === 0 ? text(otherwise) : { kind: 'table', columns, rows };
