import { enqueue, flushOutbox, measureNow } from '../../lib/alerts/index.js';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { applyRunByHand, planRunByHand, RunFlags, RunReport, type RunTools } from '../../lib/incidents/index.js';
import type { Theme } from '../../lib/terminal/theme.js';

const tools: RunTools = { enqueue, flush: flushOutbox, measure: measureNow };

export default defineCommand({
  operands: [['<playbook>', 'its name']],
  options: [
    [
      '--approve <actions>',
      'actions that may be done though they need approval, separated by commas, or all; also those that wait',
    ],
  ],
  flags: RunFlags,
  result: RunReport,
  changes: true,
  run: planThenApply(planRunByHand(tools), applyRunByHand(tools)),
  summary: ({ playbook, incident, applied, steps }) => {
    const count = (...states: string[]) => steps.filter(({ state }) => states.includes(state)).length;
    if (!applied) return `${playbook}: ${count('would begin')} of ${steps.length} steps would begin now`;
    const waiting = count('waiting');
    const rest = waiting === 0 ? '' : `, ${waiting} for approval`;
    return `${incident}: ${count('done')} of ${steps.length} steps done${rest}`;
  },
  view,
  examples: [
    'viktoria-ops incidents run application-down --dry-run',
    'viktoria-ops incidents run application-down --approve restart_application',
    'viktoria-ops incidents run database-slow --approve all',
  ],
  sample: {
    playbook: 'application-down',
    incident: 'application-down-7',
    run: 'application-down-7-run1',
    applied: true,
    holds: true,
    triggers: ['health_check_failed'],
    steps: [
      {
        action: 'restart_application',
        class: 'disruptive',
        mode: 'approve',
        state: 'done',
        note: 'restarted',
        doing: ['/usr/bin/systemctl restart -- viktoria.service'],
        limits: [
          { limit: '2 in 30 min', left: 1 },
          { limit: '4 in 1 d', left: 3 },
        ],
        check: { condition: 'no trigger holds', verdict: 'fixed' },
      },
    ],
  },
});

function view({ run, holds, triggers, steps }: RunReport, theme: Theme): string {
  const rows = steps.map(({ action, class: kind, mode, state, note, limits, check }) => [
    action,
    kind,
    mode,
    state,
    limits.map(({ limit, left }) => `${left} of ${limit}`).join(', '),
    check === null ? null : `${check.condition}: ${check.verdict}`,
    note,
  ]);
  const exactly = steps.flatMap(({ action, doing }) => doing.map((line) => [action, line]));
  return [
    theme.fields([
      ['run', run],
      ['triggers', holds === null ? 'not known' : triggers.join(', ') || 'none holds'],
    ]),
    theme.table(['action', 'class', 'mode', 'state', 'limits left', 'afterwards', 'note'], rows),
    ...(exactly.length === 0 ? [] : [theme.table(['action', 'exactly'], exactly)]),
  ].join('\n');
}
