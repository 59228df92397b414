/** Metrics that the caller of `takeSample` knows: of its own work, and of the probes it keeps. */
import type { Definition } from './metric.js';

/** Whether Prometheus reaches the application; the job of the guide's scrape configuration. */
export const UP = 'up{job="viktoria-hooks"}';

/** Those of an hour and more hold enough probes to ask for a number of them. */
const BURN_WINDOWS = { '5m': false, '30m': false, '1h': true, '2h': true, '6h': true, '1d': true, '3d': true } as const;

const burnRates = Object.entries(BURN_WINDOWS).flatMap(([window, isLong]): (readonly [string, Definition])[] => [
  [
    `slo.uptime.burnRate${window}`,
    {
      description: `How fast the error budget of the uptime is spent, over ${window}: at 1 it lasts for the SLO's window`,
      ...(isLong && { samples: `slo.uptime.events${window}` }),
      promql: `(1 - max(avg_over_time(${UP}[${window}]))) / $budget`,
    },
  ],
  [
    `slo.uptime.events${window}`,
    {
      unit: 'count',
      description: `Probes of the application in ${window}`,
      promql: `max(count_over_time(${UP}[${window}]))`,
    },
  ],
]);

export const self: Readonly<Record<string, Definition>> = {
  ...Object.fromEntries(burnRates),
  'slo.uptime.availability': {
    unit: 'fraction',
    description: "Share of the probes of the SLO's window that were good",
  },
  'slo.uptime.coverage': { unit: 'fraction', description: "Share of the SLO's window that was probed" },
  'slo.uptime.budgetRemaining': { description: 'Share of the error budget that is left; negative once overspent' },
  'maintenance.running': { type: 'boolean', description: 'Whether a maintenance tier runs' },
  'delivery.oldestPendingAge': { unit: 's', description: 'Age of the oldest notification that is not delivered' },
};
