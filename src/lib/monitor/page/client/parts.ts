/** What panels are made of. */
import { button, type Child, element } from './dom.js';
import type { Words } from './words/index.js';

export type StatusWord = keyof Words['status'];

const SIGNS: Readonly<Record<StatusWord, string>> = {
  healthy: '✓',
  ok: '✓',
  warning: '!',
  critical: '✕',
  failed: '✕',
  partial: '✕',
  interrupted: '✕',
  unknown: '?',
  skipped: '–',
};

/** A status by sign, word and colour: each alone is enough. */
export const badge = (status: StatusWord, words: Words): HTMLElement =>
  element(
    'span',
    { class: `badge ${status}` },
    element('span', { 'aria-hidden': 'true' }, SIGNS[status]),
    ` ${words.status[status]}`,
  );

export type Figure = readonly [name: string, value: Child];

/** Figures with their names. */
export const figures = (list: readonly (Figure | false | null)[]): HTMLElement =>
  element(
    'dl',
    {},
    list.map((figure) => figure && element('div', {}, element('dt', {}, figure[0]), element('dd', {}, figure[1]))),
  );

/** Our program's name and what follows it in a sentence; names with blanks come in quotes. */
const COMMAND = /viktoria-ops(?: (?:'[^']*'|[\w<>./=-]+))+/;

/** What to do next; a command in it can be copied. */
export function nextStep(text: string, words: Words): Child {
  const command = COMMAND.exec(text)?.[0];
  if (command === undefined) return text;
  const [before = '', after = ''] = text.split(command, 2);
  const copy = (self: HTMLButtonElement) => {
    void navigator.clipboard.writeText(command).then(() => {
      self.textContent = words.copied;
    });
  };
  return [
    before,
    element('code', {}, command),
    after,
    ' ',
    button(words.copy, copy, { 'aria-label': `${words.copy}: ${command}` }),
  ];
}
