import { type Html, html, type Part, trusted } from './html.js';

export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
}

/** A table that scrolls by itself where the page is narrow. */
export function table(columns: readonly Column[], rows: readonly (readonly Part[])[]): Html {
  const classes = columns.map(({ isNumber }) => trusted(isNumber ? ' class="number"' : ''));
  const head = columns.map(({ name }, index) => html`<th scope="col"${classes[index]}>${name}</th>`);
  const body = rows.map((row) => html`<tr>${row.map((cell, index) => html`<td${classes[index]}>${cell}</td>`)}</tr>\n`);
  return html`<div class="scroll"><table>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>`;
}
