import { describe, expect, test } from '@jest/globals';
import type { IntegrityReport } from '../../src/lib/integrity/index.js';
import { useInstallation } from '../support/backend.js';
import { sql } from '../support/database.js';
import { runJson } from '../support/run.js';

const installation = useInstallation();

async function check() {
  const config = installation.variant('football.json', { integrity: { preset: 'football' } });
  const { document, code } = await runJson(['integrity', 'check', '--config', config]);
  const report: IntegrityReport = document.result;
  const bad = [...report.checks, ...report.journeys]
    .filter(({ state }) => state !== 'ok')
    .map(({ name, state }) => `${name} ${state}`);
  return { code, document, report, bad };
}

describe('the football set on the sample backend', () => {
  test('under traffic its data holds, and a visitor gets what he came for', async () => {
    const { bad, code, report } = await check();
    expect({ bad, code }).toEqual({ bad: [], code: 0 });
    expect(report.checks.length).toBeGreaterThan(8);
    expect(report.journeys[0]?.steps.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('what is planted is found, and nothing else', async () => {
    await sql(
      installation.database,
      `
      alter table players drop constraint players_team_id_fkey;
      update players set team_id = 99 where id = 5;
      update standings set points = points + 1 where team_id = 3;
      insert into matches (season_id, home_team_id, away_team_id, kick_off)
        select season_id, away_team_id, case when home_team_id = 1 then 2 else 1 end, kick_off + interval '90 minutes' from matches where id = 28;
      update matches set home_goals = null where id = (select min(id) from matches where home_goals is not null)`,
    );
    const { report, bad } = await check();
    expect(bad).toEqual(
      expect.arrayContaining([
        'points-recomputed failed',
        'players-without-team failed',
        'overlapping-matches failed',
        'half-scores failed',
      ]),
    );
    const found = (name: string) => report.checks.find((one) => one.name === name);
    expect(found('players-without-team')).toMatchObject({ failing: 1, samples: ['id=5'] });
    expect(found('overlapping-matches')).toMatchObject({ failing: 1 });
    expect(found('points-recomputed')?.samples).toContain('season_id=1, team_id=3');
    expect(found('shirt-numbers')).toMatchObject({ state: 'ok' });
  });
});
