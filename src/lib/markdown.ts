/** Text and tables as Markdown. Pure. */

// Control characters, line ends of every kind, and marks that turn the direction of reading.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;

/** Nothing in it ends the line, or reorders what is read. */
export const oneLine = (text: string): string => text.replace(UNSAFE, ' ');

/** No character of the text is markup; it stays on one line. */
export const escapeMarkdown = (text: string): string =>
  oneLine(text).replace(/[\\`*_[\]<>|#~&]/g, (character) =>
    character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
  );

/**
 * Text from anywhere, so that no reader of Markdown takes it for more than text: in a code span no link, mention, tag
 * or command of a ticket system means anything.
 */
export function code(text: string): string {
  const line = oneLine(text).trim();
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = longest > 0 || line === '' ? ' ' : '';
  return `${fence}${padding}${line}${padding}${fence}`;
}

/** The same in a table, whose cell a bar would end. */
export const codeCell = (text: string): string => code(text).replaceAll('|', '\\|');

export interface MarkdownColumn {
  readonly name: string;
  readonly isNumber?: boolean;
}

/** A table, a line a row; the cells are escaped. */
export function markdownTable(columns: readonly MarkdownColumn[], rows: readonly (readonly string[])[]): string {
  return tableOf(
    columns,
    rows.map((cells) => cells.map(escapeMarkdown)),
  );
}

export type MarkdownCell = string | number;

/** A heading with a table whose cells are Markdown already; '' without rows. */
export function markdownSection(
  title: string,
  names: readonly string[],
  rows: readonly (readonly MarkdownCell[])[],
): string {
  if (rows.length === 0) return '';
  const columns = names.map((name) => ({ name }));
  return `## ${escapeMarkdown(title)}\n\n${tableOf(columns, rows)}`;
}

function tableOf(columns: readonly MarkdownColumn[], rows: readonly (readonly MarkdownCell[])[]): string {
  const line = (cells: readonly MarkdownCell[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ name }) => escapeMarkdown(name))),
    line(columns.map(({ isNumber }) => (isNumber ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}
