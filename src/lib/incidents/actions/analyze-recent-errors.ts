/** What fails: the latest errors of the hooks, grouped. */
import * as z from 'zod';
import { countOf } from '../../measures.js';
import { Duration, writeDuration } from '../../units.js';
import { type Action, commonSettings } from './action.js';

const settings = z.lazy(() =>
  z
    .strictObject({
      ...commonSettings({ timeout: '30s' }),
      /** How far back to look. */
      window: Duration.prefault('1h'),
    })
    .prefault({}),
);
type Settings = z.output<typeof settings>;

const LIMIT = 200;
const GROUPS = 5;

export const analyzeRecentErrors: Action<Settings> = {
  name: 'analyze_recent_errors',
  class: 'read-only',
  isRepeatable: true,
  settings,
  async prepare({ context, settings }) {
    const window = writeDuration(settings.window);
    return {
      doing: [`viktoria-ops errors recent --window ${window} --limit ${LIMIT}`],
      async apply() {
        const { recentErrors } = await import('../../hook-errors/index.js');
        const { result } = await recentErrors(context, { window, limit: LIMIT });
        const groups = result.groups.toSorted((one, other) => other.count - one.count).slice(0, GROUPS);
        const worst = groups[0];
        const first =
          worst && `, most often ${worst.contentType} ${worst.operation}: ${worst.template} (${worst.count})`;
        return {
          outcome: `${countOf(result.count, 'error')} of ${countOf(result.groups.length, 'kind')} in ${window}${first ?? ''}`,
          details: { groups },
        };
      },
    };
  },
};
