/** Which statements the time of the database goes into. */
import * as z from 'zod';
import { formatDuration, formatPercent } from '../../measures.js';
import { Duration, writeDuration } from '../../units.js';
import { type Action, commonSettings } from './action.js';

const settings = z.lazy(() =>
  z
    .strictObject({
      ...commonSettings({ timeout: '60s' }),
      /** How far back to look. */
      window: Duration.prefault('1h'),
    })
    .prefault({}),
);
type Settings = z.output<typeof settings>;

const STATEMENTS = 5;

export const analyzeSlowQueries: Action<Settings> = {
  name: 'analyze_slow_queries',
  class: 'read-only',
  isRepeatable: true,
  settings,
  async prepare({ context, settings: { window } }) {
    return {
      doing: [`viktoria-ops db slow-queries --window ${writeDuration(window)} --limit ${STATEMENTS}`],
      async apply() {
        const { findSlowQueries } = await import('../../db/index.js');
        const { result } = await findSlowQueries(context, { window, sort: 'total', limit: STATEMENTS });
        if (!result.isAvailable) return { outcome: 'pg_stat_statements is not available: nothing to see' };
        const statements = result.statements.map(({ query, calls, meanMs, share }) => ({
          query,
          calls,
          meanMs,
          share,
        }));
        const [top] = statements;
        if (top === undefined) return { outcome: 'no statement was run', details: { statements } };
        const outcome = `${formatPercent(top.share)} of the time, ${formatDuration(top.meanMs)} a call: ${top.query}`;
        return { outcome, details: { statements } };
      },
    };
  },
};
