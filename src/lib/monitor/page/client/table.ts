/** A table that scrolls by itself where the page is narrow. */
import { type Child, element } from './dom.js';

export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
}

interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Child[])[];
}

export function table({ caption, columns, rows }: Table): HTMLElement {
  const classOf = (index: number) => (columns[index]?.isNumber ? { class: 'number' } : {});
  const head = columns.map(({ name }, index) => element('th', { scope: 'col', ...classOf(index) }, name));
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      row.map((cell, index) => element('td', classOf(index), cell)),
    ),
  );
  // Who has no pointer scrolls it once it has the focus.
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    element(
      'table',
      {},
      element('caption', {}, caption),
      element('thead', {}, element('tr', {}, head)),
      element('tbody', {}, body),
    ),
  );
}
