/** The business KPIs: from what the integrity checks and the journeys found to measurements. Pure. */
import type { BusinessKpi } from '../config/integrity.js';
import { apdex, audienceOf, TOLERATED } from './apdex.js';
import { absent, type Measurement, measure } from './measurement.js';
import { answeredWithin } from './requests.js';
import type { Material } from './technical.js';

/**
 * The share of right rows, by the last verdict of each check in the window. A check that knows no number of rows counts
 * as one row. Coverage is the share of the checks that have a verdict.
 */
export const ofChecks = (kpi: BusinessKpi) => {
  return ({ checks, since }: Pick<Material, 'checks' | 'since'>): Measurement => {
    const tagged = checks.filter((check) => check.kpi === kpi);
    if (tagged.length === 0) return absent('no check measures it', `add one with "kpi": "${kpi}": docs/integrity.md`);
    const last = tagged.flatMap(({ runs }) => {
      const run = runs.findLast(({ state }) => state !== 'unknown');
      return run !== undefined && Date.parse(run.at) >= since.getTime() ? [run] : [];
    });
    if (last.length === 0) return absent('no check had a verdict in the window', 'run: viktoria-ops integrity check');
    const rows = last.map(({ failing, total }) => ({ all: total ?? 1, wrong: Math.min(failing ?? 0, total ?? 1) }));
    const all = rows.reduce((sum, row) => sum + row.all, 0);
    const wrong = rows.reduce((sum, row) => sum + row.wrong, 0);
    const source = `rows of ${last.length} of ${tagged.length} integrity checks`;
    if (all === 0)
      return absent('the checks found no row to look at', 'is this the right database? viktoria-ops integrity list');
    return { value: 1 - wrong / all, samples: all, coverage: last.length / tagged.length, source };
  };
};

/** A query of the operator, where there is one; else the Apdex of all requests, else that of the journeys. */
export function userSatisfaction(material: Material): Measurement {
  const { satisfaction, recent, travelled, apdexThresholdMs } = material;
  if (satisfaction !== undefined) {
    return measure(satisfaction, ({ value, samples }) =>
      value !== null && value >= 0 && value <= 1
        ? { value, samples, coverage: null, source: 'kpis.userSatisfaction.sql' }
        : absent(`the query gave ${value ?? 'no value'}`, 'kpis.userSatisfaction.sql has to give a value from 0 to 1'),
    );
  }
  const thresholdSeconds = apdexThresholdMs / 1000;
  const ofRequests = recent && {
    satisfied: answeredWithin(recent.counts, thresholdSeconds),
    tolerating:
      answeredWithin(recent.counts, thresholdSeconds * TOLERATED) - answeredWithin(recent.counts, thresholdSeconds),
    all: recent.counts.requests,
  };
  const score = ofRequests && apdex(ofRequests);
  const limit = `Apdex (${apdexThresholdMs} ms)`;
  if (recent !== undefined && ofRequests !== undefined && score != null) {
    const { coverage } = recent;
    return { value: score, samples: ofRequests.all, coverage, source: `${limit} of the application's requests` };
  }
  const audience = audienceOf(travelled, apdexThresholdMs);
  const value = apdex(audience);
  if (value !== null) return { value, samples: audience.all, coverage: null, source: `${limit} of the journeys` };
  return absent(
    'neither the application counts requests, nor was a journey gone in the window',
    'describe one under integrity.journeys, or give kpis.userSatisfaction.sql',
  );
}
