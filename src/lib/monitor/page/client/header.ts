/** The top of the page: the verdict in a sentence, then each problem with its evidence and the next step. */
import { button, element, show } from './dom.js';
import type { Connection } from './live.js';
import { badge, nextStep } from './parts.js';
import { RANGES, type Range } from './sources.js';
import type { Readings } from './store.js';
import { type Problem, problemsOf, sentenceOf, worstOf } from './verdict.js';
import type { View } from './view.js';

const SHOWN = 8;

export interface HeaderOptions {
  readonly range: Range;
  readonly onRange: (range: Range) => void;
  readonly onLanguage: () => void;
}

export function createHeader(view: View, options: HeaderOptions) {
  const { words, format } = view;
  const verdict = element('p', { id: 'verdict', role: 'status' }, words.loading);
  const list = element('ol', { class: 'problems' });
  const connection = element('span', { class: 'connection' });
  const place = element('span', {});
  const bar = element(
    'div',
    { class: 'bar' },
    element('h1', {}, words.title, ' ', place),
    connection,
    element('span', { class: 'faint' }, words.zone(format.zone)),
    button(words.otherLanguage, options.onLanguage),
  );
  const node = element('header', { class: 'top' }, bar, verdict, list, ranges(view, options));
  return {
    node,
    update(readings: Readings) {
      const problems = problemsOf(readings, view, Date.now());
      const worst = worstOf(problems, readings.overview.data !== undefined);
      const { environment = '', version = '' } = readings.overview.data ?? {};
      show(place, environment && `${environment} ${version}`);
      show(verdict, badge(worst, words), ` ${sentenceOf(problems, readings, words)}`);
      node.dataset.worst = worst;
      document.title = `${problems.length > 0 ? `(${problems.length}) ` : ''}${words.title} ${environment}`;
      show(
        list,
        problems.slice(0, SHOWN).map((problem) => itemOf(problem, view)),
        more(problems, view),
      );
    },
    showConnection: (state: Connection | 'signedOut'): void => {
      connection.dataset.state = state;
      const way = state === 'signedOut' && element('a', { href: '' }, words.signIn);
      show(connection, words[state], ' ', way);
    },
  };
}

const itemOf = ({ severity, what, evidence, panel, next }: Problem, { words }: View) =>
  element(
    'li',
    {},
    badge(severity, words),
    element(
      'div',
      {},
      element('b', {}, what),
      ` ${evidence} `,
      element('a', { href: `#${panel}` }, `${words.evidence}: ${words.panels[panel]}`),
    ),
    next !== undefined && element('div', { class: 'next' }, `${words.next}: `, nextStep(next, words)),
  );

const more = (problems: readonly Problem[], { words }: View) =>
  problems.length > SHOWN && element('li', {}, words.andMore(problems.length - SHOWN));

function ranges({ words }: View, { range, onRange }: HeaderOptions): HTMLElement {
  const buttons = RANGES.map((one) =>
    button(
      words.ranges[one],
      (self) => {
        for (const other of buttons) other.setAttribute('aria-pressed', String(other === self));
        onRange(one);
      },
      { 'aria-pressed': String(one === range) },
    ),
  );
  return element('div', { class: 'ranges', role: 'group', 'aria-label': words.history }, `${words.history} `, buttons);
}
