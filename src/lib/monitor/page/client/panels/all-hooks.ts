/** Every hook of the day, asked for when somebody wants to see them: there may be hundreds. */
import type { HookMetric, PerformanceReport } from '../../../../contract/index.js';
import { type Child, element, show } from '../dom.js';
import { reasonOf } from '../reason.js';
import { read } from '../store.js';
import { type Column, table } from '../table.js';
import type { View } from '../view.js';

export const hookColumns = ({ words }: View): Column[] => [
  { name: words.hooks.hook },
  { name: words.hooks.runsShort, isNumber: true },
  { name: words.hooks.errors, isNumber: true },
  { name: words.hooks.mean, isNumber: true },
  { name: words.hooks.p95, isNumber: true },
  { name: words.hooks.p99, isNumber: true },
];

export const hookRow = (hook: HookMetric, { format }: View): Child[] => [
  nameOf(hook),
  format.count(hook.executions),
  format.count(hook.errors),
  format.duration(hook.averageExecutionTime),
  format.duration(hook.p95),
  format.duration(hook.p99),
];

const nameOf = ({ contentType, operation, source }: HookMetric): string =>
  `${contentType} ${operation}${source === undefined || source === 'model' ? '' : ` (${source})`}`;

export function createAllHooks(view: View, base: string): HTMLElement {
  const { words } = view;
  const filter = element('input', { type: 'search', id: 'filter-hooks' });
  const result = element('div', { 'aria-live': 'polite' });
  const node = element(
    'details',
    { class: 'all-hooks' },
    element('summary', {}, words.hooks.all),
    element('label', { for: 'filter-hooks' }, words.hooks.filter),
    filter,
    result,
  );
  let hooks: readonly HookMetric[] = [];
  const draw = () => {
    const wanted = hooks.filter((hook) => nameOf(hook).toLowerCase().includes(filter.value.toLowerCase()));
    const rows = wanted.map((hook) => hookRow(hook, view));
    show(
      result,
      element('p', {}, words.hooks.shown(wanted.length, hooks.length)),
      table({ caption: words.hooks.all, columns: hookColumns(view), rows }),
    );
  };
  const load = async () => {
    const answer = await read(`${base}/data/performance/daily-report`);
    if ('failure' in answer) return show(result, reasonOf(answer.failure, words));
    ({ hooks } = answer.data as PerformanceReport); // what this route answers, by the contract
    draw();
  };
  filter.addEventListener('input', draw);
  node.addEventListener('toggle', () => node.open && void load());
  return node;
}
