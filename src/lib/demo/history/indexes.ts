/** Indexes that cost and do not pay, and the samples that show it. */
import { readIndexes } from '../../db/catalogue.js';
import { addSample, type Sample } from '../../db/indexes/unused.js';
import { openState } from '../../db/state.js';
import { DAY_MS } from '../../monitor/history/periods.js';
import { withDatabase } from '../../pg/connect.js';
import type { Chapter, Planted, Stage } from './chapter.js';
import { isoTime, type Story } from './story.js';

export const indexes: Chapter = {
  name: 'indexes',
  async write(stage, story) {
    await stage.client.query(TABLE);
    await keepSamples(stage, story);
  },
  planted: (story): Planted[] => [
    {
      id: 'unused-index',
      sentence: `${UNUSED}, an index of page_views, was not read in ${story.days} days`,
      command: 'db indexes',
      facts: { index: UNUSED },
    },
    {
      id: 'duplicate-index',
      sentence: `${DUPLICATE} is the same index as matches_season_id`,
      command: 'db indexes',
      facts: { index: DUPLICATE, by: 'matches_season_id' },
    },
  ],
};

const UNUSED = 'page_views_visitor';
const DUPLICATE = 'matches_season';

/** Large enough to be worth a word. */
const ROWS = 30_000;

const TABLE = `
create table page_views (id bigint generated always as identity primary key, visitor text not null, path text not null);
insert into page_views (visitor, path) select md5(number::text), '/api/standings' from generate_series(1, ${ROWS}) as number;
create index ${UNUSED} on page_views (visitor);
create index ${DUPLICATE} on matches (season_id);
analyze`;

/** One a day: of the counters there are now, the share that lay behind them by then. */
async function keepSamples({ config, signal }: Stage, story: Story): Promise<void> {
  const options = { config: config.database, env: {}, applicationName: 'sample-backend', signal };
  await withDatabase(options, async (database) => {
    const { observed, indexes: all } = await readIndexes(database);
    const state = await openState(
      { config: async () => config, dryRun: false, state: async () => config.stateDirectory },
      database,
    );
    let samples: readonly Sample[] = [];
    for (let at = story.from; at < story.now; at += DAY_MS) {
      const share = (at - story.from) / (story.now - story.from);
      const scans = Object.fromEntries(all.map(({ oid, scans: until }) => [oid, Math.floor(until * share)]));
      samples = addSample(samples, { at: isoTime(at), statsReset: observed.statsReset, scans });
    }
    await state.write('index-scans', samples);
  });
}
