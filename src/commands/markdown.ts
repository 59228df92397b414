/** What reports in Markdown are made of. Text is escaped for a terminal already. */

export type Cell = string | number;

/** A section with a table; '' without rows. */
export function table(name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '';
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `## ${name}\n\n${lines.join('\n')}`;
}

export const escapeMarkdown = (text: string): string => text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&');

/** As it is; a bar would end the cell and a backtick the code. */
export const code = (text: string): string => `\`${text.replaceAll('`', "'").replaceAll('|', '\\|') || ' '}\``;
