import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { IndexReport } from '../../src/lib/db/indexes.js';
import { rankAdvice } from '../../src/lib/db/optimize/rank.js';
import { OptimizeReport } from '../../src/lib/db/optimize.js';
import { BLOATED, buildChurned, HEALTHY, LONG_INDEX } from '../support/churn.js';
import { sql, testServer, untilCounted, useDatabase } from '../support/database.js';
import { runJson, temporaryDirectory } from '../support/run.js';

/** A database after years of use, and the whole of what can be done about it. Scale 1 is some 200 MB. */
const SCALE = Number(process.env.CHURN_SCALE ?? 0.1);
const { name: database } = useDatabase();
const directory = temporaryDirectory();
const file = `${directory}/config.json`;
const env = {
  PGHOST: testServer.host,
  PGPORT: String(testServer.port),
  PGUSER: 'postgres',
  PGDATABASE: database,
  XDG_STATE_HOME: directory,
};
const ops = (...argv: string[]) => runJson(['db', ...argv, '--config', file], { env });

beforeAll(async () => {
  const maintenance = { bloat: { size: `${Math.round(500 * SCALE)}KB` } };
  writeFileSync(file, JSON.stringify({ database: { maintenance } }), { mode: 0o600 });
  await buildChurned(database, SCALE);
  await sql(database, 'create extension pgstattuple');
  await untilCounted();
}, 120_000);

const bare = (names: readonly string[]) => names.map((name) => name.replace(/^public\./, ''));

describe('a churned database', () => {
  test('the bloated are found by estimate, and pgstattuple confirms each of them', async () => {
    const { code, document } = await ops('indexes');
    expect(code).toBe(0);
    const { bloated, missing, redundant, invalid }: IndexReport = document.result;
    const found = bare(bloated.map(({ index }) => index));
    expect(found).toEqual(expect.arrayContaining(BLOATED));
    expect(found.filter((name) => HEALTHY.includes(name))).toEqual([]);
    const measured: IndexReport['bloated'] = (await ops('indexes', '--measure')).document.result.bloated;
    expect(bare(measured.map(({ index }) => index)).sort()).toEqual([...found].sort());
    for (const { index, bloat } of measured) {
      const estimate = bloated.find((other) => other.index === index)?.bloat;
      expect([index, bloat.method]).toEqual([index, 'measured']);
      expect([index, Math.abs((estimate?.share ?? 0) - bloat.share) < 0.1]).toEqual([index, true]);
    }
    expect(missing[0]).toMatchObject({ isStrapiRelation: true });
    expect(missing.map(({ table, columns }) => `${table} ${columns.join()}`)).toEqual(
      expect.arrayContaining([
        'public.players_team_lnk team_id',
        'public.files_related_mph related_id',
        'public.players team_id',
      ]),
    );
    expect(bare(redundant.map(({ index }) => index))).toContain('p_name_twice');
    expect(invalid.map(({ kind, copyOf }) => [kind, copyOf])).toEqual(
      expect.arrayContaining([
        ['failed-build', null],
        ['leftover', `public.${LONG_INDEX}`],
      ]),
    );
  });

  test('db health and db stats see the rest', async () => {
    const { document } = await ops('health');
    const codes = document.findings.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(expect.arrayContaining(['VOPS-DB-SEQUENCE', 'VOPS-DB-INDEX-INVALID']));
    const stats = await ops('stats', '--sort', 'bloat');
    expect(stats.document.result.tables[0]).toMatchObject({ table: 'public.matches' });
    expect(stats.document.result.tables[0].bloat.share).toBeGreaterThan(0.8);
  });

  test('optimize ranks, does what is safe, and has nothing left to do after that', async () => {
    const plan = await ops('optimize');
    expect(plan.code).toBe(0);
    expect(OptimizeReport.parse(plan.document.result)).toEqual(plan.document.result);
    const { advice, maintenance }: OptimizeReport = plan.document.result;
    expect(maintenance.applied).toBe(false);
    expect(new Set(maintenance.objects.map(({ action }) => action))).toEqual(
      new Set(['drop', 'vacuum', 'analyze', 'reindex']),
    );
    expect(advice.filter(({ isSafe }) => isSafe)).toHaveLength(maintenance.totals.planned);
    expect(advice.some(({ why }) => why.startsWith('public.matches: 9') && why.includes('is air (estimated)'))).toBe(
      true,
    );
    expect(advice.some(({ why }) => why.includes('players_team_lnk') && why.includes('has no index'))).toBe(true);

    const done = await ops('optimize', '--apply');
    expect(done.code).toBe(0);
    expect(done.document.result.maintenance.totals).toMatchObject({ planned: 0, blocked: 0, failed: 0, left: 0 });
    expect(done.document.result.maintenance.totals.freedBytes).toBeGreaterThan(20_000_000 * SCALE);
    expect(await sql(database, 'select indexrelid::regclass::text as name from pg_index where not indisvalid')).toEqual(
      [{ name: 'not_unique' }],
    );
    await untilCounted();
    const again = await ops('optimize');
    expect(again.document.result.maintenance.objects).toEqual([]);
    expect(again.document.findings.some(({ message }: { message: string }) => message.includes('not_unique'))).toBe(
      true,
    );
  }, 60_000);
});

test('the severe first, then what is done by itself, then the most bytes', () => {
  const object = { object: 'i', reason: 'air', note: null, outcome: 'planned', sql: 'S', gainBytes: 5 } as never;
  const larger = { object: 'j', reason: 'air', note: null, outcome: 'planned', sql: 'S', gainBytes: 9 } as never;
  const finding = (severity: 'error' | 'warning' | 'info', message: string) => ({ code: 'C', severity, message });
  const ranked = rankAdvice([object, larger], [finding('info', 'a'), finding('warning', 'b'), finding('error', 'c')]);
  expect(ranked.map(({ why, subject }) => `${subject} ${why}`)).toEqual(['C c', 'j air', 'i air', 'C b', 'C a']);
});
