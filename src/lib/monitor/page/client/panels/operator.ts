import type { OperatorSection, OperatorSectionName } from '../../../../contract/index.js';
import { element, show } from '../dom.js';
import { badge, nextStep } from '../parts.js';
import { table } from '../table.js';
import type { View } from '../view.js';
import type { Panel } from './panel.js';

/** One section of what the operator's side knows; all have one form. */
export const operatorPanel = (name: OperatorSectionName): Panel => ({
  name,
  sources: ['operator'],
  create(body, { view }) {
    const { words, format } = view;
    return ({ operator: { data } }) => {
      if (data === undefined) return;
      const section = data?.sections[name];
      if (!data || !section) return show(body, element('p', {}, badge('unknown', words), ` ${words.operator.notTold}`));
      const isOld = Date.parse(data.validUntil) < Date.now();
      show(
        body,
        element('p', {}, badge(isOld ? 'unknown' : section.status, words), ` ${format.local(section.summary)}`),
        element('p', { class: isOld ? 'bad' : 'faint' }, words.operator.old(format.time(data.writtenAt))),
        findings(section, view),
        rows(section, name, view),
      );
    };
  },
});

const findings = ({ findings: list }: OperatorSection, { words, format }: View) =>
  list.length > 0 &&
  element(
    'ul',
    { class: 'findings' },
    list.map(({ message, hint }) =>
      element(
        'li',
        {},
        format.local(message),
        hint !== undefined && element('p', {}, `${words.next}: `, nextStep(hint, words)),
      ),
    ),
  );

const rows = ({ rows: list }: OperatorSection, name: OperatorSectionName, { words, format }: View) =>
  list.length > 0 &&
  table({
    caption: words.panels[name],
    columns: [
      { name: words.operator.status },
      { name: words.operator.name },
      { name: words.operator.value },
      { name: words.operator.since },
    ],
    rows: list.map((row) => [badge(row.status, words), row.name, row.value, format.time(row.at)]),
  });
