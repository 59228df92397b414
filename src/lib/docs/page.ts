/** The handbook as one HTML page. Pure. */
import { html, page, table } from '../html/index.js';
import type { Block } from './block.js';
import { TITLE } from './markdown.js';
import { type Handbook, orphansOf, type WrittenSection } from './written.js';

export function writePage(handbook: Handbook): string {
  const { sections, kept, asOf } = handbook;
  const orphans = orphansOf(handbook);
  const body = html`<h1>${TITLE}</h1>
<p class="faint">As of ${asOf}.</p>
<ul>
${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>\n`)}</ul>
${sections.map((section) => [sectionOf(section), keptText(kept.get(section.id))])}
${orphans.length > 0 ? [html`<h2>Notes on what is gone</h2>\n`, orphans.map((name) => keptText(kept.get(name)))] : null}`;
  return page({ title: TITLE, body });
}

const sectionOf = ({ id, title, blocks }: WrittenSection) => html`<h2 id="${id}">${title}</h2>\n${blocks.map(blockOf)}`;

function blockOf(block: Block) {
  if (block.kind === 'text') return html`<p>${block.text}</p>\n`;
  if (block.kind === 'commands') return html`<pre>${block.lines.join('\n')}</pre>\n`;
  return html`${table(
    block.columns.map((name) => ({ name })),
    block.rows,
  )}\n`;
}

/** As it was written: it is Markdown, which is made to be read as it stands. */
const keptText = (text = '') => (text.trim() === '' ? null : html`<pre>${text.trim()}</pre>\n`);
