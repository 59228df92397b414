/** ANALYZE and plain VACUUM of the tables that need it: what blocks nobody, waits for no lock, and is done weekly anyway. */
import * as z from 'zod';
import { countOf } from '../../measures.js';
import { type Action, commonSettings, remedySettings } from './action.js';

const settings = z.lazy(() =>
  z
    .strictObject({
      ...commonSettings({ timeout: '10m', maxPerHour: 1, maxPerDay: 4 }),
      // The figures that set it off are means over a quarter of an hour.
      ...remedySettings('20m'),
    })
    .prefault({}),
);
type Settings = z.output<typeof settings>;

const ANALYZE = { all: false } as const;
const VACUUM = { all: false, freeze: false, full: false } as const;
/** Another maintenance of this database does the same, and better. */
const NO_WAIT = { lockWait: 0, window: undefined } as const;

export const optimizeDatabase: Action<Settings> = {
  name: 'optimize_database',
  class: 'reversible',
  isRepeatable: true,
  settings,
  async prepare({ context }) {
    const { applyAnalyze, applyVacuum, planAnalyze, planVacuum } = await import('../../db/index.js');
    const vacuum = await planVacuum(context, VACUUM);
    const analyze = await planAnalyze(context, ANALYZE);
    const steps = [...vacuum.result.objects, ...analyze.result.objects].map(({ sql }) => sql);
    return {
      doing: steps.length === 0 ? ['nothing: no table needs VACUUM or ANALYZE'] : steps,
      async apply() {
        const vacuumed = await applyVacuum(context, vacuum, NO_WAIT);
        // Planned anew: VACUUM has brought the statistics of its tables up to date.
        const analyzed = await applyAnalyze(context, await planAnalyze(context, ANALYZE), NO_WAIT);
        const done = vacuumed.result.totals.done + analyzed.result.totals.done;
        const failed = vacuumed.result.totals.failed + analyzed.result.totals.failed;
        const objects = [...vacuumed.result.objects, ...analyzed.result.objects].map(({ sql, outcome }) => ({
          sql,
          outcome,
        }));
        const trouble = failed === 0 ? '' : `, ${failed} failed`;
        return { outcome: `${countOf(done, 'statement')} of VACUUM and ANALYZE done${trouble}`, details: { objects } };
      },
    };
  },
};
