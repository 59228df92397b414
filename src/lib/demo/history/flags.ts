/** Feature flags: their file, the source that asks for them, and how often it did. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writePast } from '../../monitor/archive/past.js';
import type { FlagRow } from '../../monitor/archive/tables.js';
import { DAY_MS, HOUR_MS } from '../../monitor/history/periods.js';
import { FLAGS_FILE } from '../place.js';
import { type Random, randomFor } from '../random.js';
import type { Chapter, Planted } from './chapter.js';
import { activityAt, isoTime, type Life, sightingOf } from './story.js';

export const flags: Chapter = {
  name: 'flags',
  async write({ app, connection }, story) {
    await writeText(join(app, FLAGS_FILE), `${JSON.stringify({ flags: FLAGS }, null, 2)}\n`);
    for (const [path, text] of Object.entries(SOURCES)) await writeText(join(app, path), text);
    const random = randomFor(story.seed, 'flags');
    for (const life of story.lives) {
      await writePast(connection, { instance: sightingOf(life), flags: evaluationsIn(life, random) });
    }
  },
  planted: (story): Planted[] => [
    {
      id: 'dead-flag',
      sentence: 'the flag winter-break is defined, and no source asks for it',
      command: 'feature-flags report',
      facts: { flag: 'winter-break' },
    },
    {
      id: 'stale-flag',
      sentence: `the flag match-reports is on for everybody for ${story.days} days`,
      command: 'feature-flags report',
      facts: { flag: 'match-reports', days: story.days },
    },
    {
      id: 'undefined-flag',
      sentence: 'the source asks for a flag away-colours, which is defined nowhere',
      command: 'feature-flags report',
      facts: { flag: 'away-colours' },
    },
  ],
};

const FLAGS = {
  'match-reports': { description: 'a report after every match', enabled: true, owner: 'editors' },
  'live-ticker': { description: 'goals as they fall', enabled: { percentage: 50 }, owner: 'web' },
  'winter-break': { description: 'a notice between the halves of the season', enabled: false, expires: '2026-03-01' },
};

/** As much of an application as a search for flags has to see. */
const SOURCES = {
  'src/api/match/content-types/match/lifecycles.js': `export default ({ flags, jobs }) => ({
  async afterUpdate({ result }) {
    if (flags.isEnabled('match-reports')) await jobs.add('match-report', { match: result.id });
    if (flags.isEnabled('live-ticker', { key: String(result.id) })) await jobs.add('ticker', { match: result.id });
  },
});
`,
  'src/api/team/services/colours.js': `export const shirtOf = (team, { flags, isAway }) =>
  isAway && flags.isEnabled('away-colours') ? team.awayColour : team.colour;
`,
} as const;

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Evaluations in a busy hour, and the share that was on. */
const ASKED = { 'match-reports': { perHour: 20, on: 1 }, 'live-ticker': { perHour: 20, on: 0.5 } } as const;

/** By day, as the monitor counts them. */
function evaluationsIn(life: Life, random: Random): FlagRow[] {
  const rows: FlagRow[] = [];
  for (let day = Math.floor(life.from / DAY_MS) * DAY_MS; day < life.to; day += DAY_MS) {
    const hours = Array.from({ length: 24 }, (_, hour) => day + hour * HOUR_MS);
    const activity = hours.filter((at) => at >= life.from && at < life.to).reduce((sum, at) => sum + activityAt(at), 0);
    const last = isoTime(Math.min(day + DAY_MS, life.to) - 1);
    for (const [flag, { perHour, on }] of Object.entries(ASKED)) {
      const evaluations = random.poisson(perHour * activity);
      const enabledEvaluations = Math.round(evaluations * on);
      rows.push({ flag, day: isoTime(day).slice(0, 10), evaluations, enabledEvaluations, lastEvaluationAt: last });
    }
  }
  return rows;
}
