/** The rules that hold unless the configuration says otherwise: every level of the guide's alerts, and what keeps them honest. */
import type { AlertRule } from '../../config/index.js';
import { availability, hooks, work } from './application.js';
import { complete, critical, type Draft, news, type RuleSettings, warning } from './draft.js';
import { connections, host } from './resources.js';

export type { RuleSettings } from './draft.js';

/** All of them, in the form in which the configuration has its own. */
export function defaultRules(settings: RuleSettings): readonly AlertRule[] {
  const { runbooks, slo } = settings.alerting;
  const drafts = [
    ...availability(),
    ...hooks(settings),
    ...work(settings),
    ...host(settings),
    ...connections(settings),
    ...errorBudget(slo),
    ...happenings(),
  ];
  return drafts.map((draft) => complete(draft, runbooks));
}

/**
 * Multi-window burn rates: the long window shows that it matters, the short one that it still goes on. Spent are 2 % of a
 * month's budget in 1 h, 5 % in 6 h, 10 % in 1 d and in 3 d (Google, The Site Reliability Workbook, chapter 5).
 */
function errorBudget({ minimumEvents }: RuleSettings['alerting']['slo']): Draft[] {
  const burns = (factor: number, long: string, short: string) =>
    `slo.uptime.burnRate${long} > ${factor} and slo.uptime.burnRate${short} > ${factor}`;
  const slo = { minSamples: minimumEvents, inhibitedBy: ['application-down'] };
  const budget = 'the error budget of the uptime';
  return [
    critical('uptime-burn-1h', burns(14.4, '1h', '5m'), {
      description: `At this pace ${budget} is spent in two days.`,
      ...slo,
    }),
    critical('uptime-burn-6h', burns(6, '6h', '30m'), {
      description: `At this pace ${budget} is spent in five days.`,
      ...slo,
    }),
    warning('uptime-burn-1d', burns(3, '1d', '2h'), {
      description: `At this pace ${budget} is spent in ten days.`,
      ...slo,
    }),
    warning('uptime-burn-3d', burns(1, '3d', '6h'), { description: `${budget} will not last.`, ...slo }),
  ];
}

function happenings(): Draft[] {
  return [
    news('configuration-changed', 'changes.config > 0', {
      description: "The application's configuration was changed.",
    }),
    news('feature-flags-changed', 'changes.flags > 0', { description: 'Feature flags were switched.' }),
    news('maintenance-started', 'maintenance.running', { description: 'Scheduled maintenance has begun.' }),
    news('performance-improved', 'hooks.weeklyChange < -20%', {
      description: 'Hooks are faster than the week before, by a fifth at least.',
    }),
  ];
}
