/**
 * `npm run bench:strapi`: what instrumentation adds to real Document Service operations. In one process, in blocks of
 * random order: without, with, and once more without, which tells how much of a difference is noise.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createDatabase } from '../../src/lib/demo/create-database.js';
import { startPostgres } from '../../src/lib/demo/postgres.js';
import { packageRoot } from '../../src/lib/package.js';
import { createTheme } from '../../src/lib/terminal/theme.js';

const ROUNDS = 40;
/** For what only a start does: connecting, looking at the schema, writing for the first time. */
const SETTLE_MS = 200;
const OPERATIONS_A_BLOCK = 5;
const WARM_UP = 40;

interface Documents {
  readonly create: (parameters: object) => Promise<{ readonly documentId: string }>;
  readonly update: (parameters: object) => Promise<unknown>;
}
interface Strapi {
  readonly load: () => Promise<Strapi>;
  readonly destroy: () => Promise<void>;
  readonly documents: (uid: string) => Documents;
}
interface HookMonitoring {
  readonly register: (given: { readonly strapi: object }) => void;
  readonly bootstrap: (given: { readonly strapi: object }) => void;
  readonly destroy: (given: { readonly strapi: object }) => Promise<void>;
}

const app = join(packageRoot(), 'test', 'strapi');
const load = createRequire(join(app, 'package.json'));

async function measure(strapi: Strapi, hookMonitoring: HookMonitoring): Promise<void> {
  const [matches, teams] = [strapi.documents('api::match.match'), strapi.documents('api::team.team')];
  const [home, away] = [await teams.create({ data: { name: 'A' } }), await teams.create({ data: { name: 'B' } })];
  const data = { homeTeam: home.documentId, awayTeam: away.documentId };
  const { documentId } = await matches.create({ data });
  const works: [string, () => Promise<unknown>][] = [
    ['create a match', () => matches.create({ data })],
    ['update a team (2 hooks, 1 subscriber)', () => teams.update({ documentId: home.documentId, data: { goals: 1 } })],
    [
      'update a match (nested hooks)',
      () => matches.update({ documentId, data: { homeGoals: 1, awayGoals: 0, state: 'final' } }),
    ],
  ];
  const switches = {
    without: () => hookMonitoring.destroy({ strapi }),
    with: async () => {
      await hookMonitoring.destroy({ strapi });
      hookMonitoring.register({ strapi });
      hookMonitoring.bootstrap({ strapi });
    },
  };
  const rows: string[][] = [];
  for (const [name, work] of works) {
    for (let i = 0; i < WARM_UP; i++) await work();
    const [overhead, control]: [number[], number[]] = [[], []];
    const bases: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const times = new Map<string, number>();
      for (const block of shuffled(['without', 'with', 'again'] as const)) {
        await switches[block === 'with' ? 'with' : 'without']();
        await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
        times.set(block, await timed(work));
      }
      const base = times.get('without') ?? Number.NaN;
      bases.push(base);
      overhead.push((times.get('with') ?? Number.NaN) - base);
      control.push((times.get('again') ?? Number.NaN) - base);
    }
    rows.push([
      name,
      ms(quartile(bases, 2)),
      spread(overhead),
      spread(control),
      percent(quartile(overhead, 2) / quartile(bases, 2)),
    ]);
  }
  const theme = await createTheme({ color: false, layout: 'aligned' });
  const head = ['operation', 'without', 'with − without (quartiles)', 'A/A control (quartiles)', 'added'];
  process.stdout.write(`${theme.table(head, rows)}\n${ROUNDS} rounds of ${OPERATIONS_A_BLOCK} operations a block\n`);
}

/** Mean of one operation of a block, ms. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  await work();
  const startedAt = performance.now();
  for (let i = 0; i < OPERATIONS_A_BLOCK; i++) await work();
  return (performance.now() - startedAt) / OPERATIONS_A_BLOCK;
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

const quartile = (values: readonly number[], which: 1 | 2 | 3): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length * which) / 4)] ?? Number.NaN;

const ms = (value: number): string => `${value.toFixed(2)} ms`;
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
const spread = (values: readonly number[]): string =>
  ([1, 2, 3] as const).map((which) => quartile(values, which).toFixed(2)).join(' / ');

const postgres = await startPostgres();
try {
  await createDatabase(postgres, { role: 'strapi', database: 'strapi' });
  Object.assign(process.env, { NODE_ENV: 'production', DATABASE_PORT: String(postgres.port), DATABASE_NAME: 'strapi' });
  process.chdir(app);
  const { createStrapi } = load('@strapi/strapi') as { createStrapi: (options: object) => Strapi };
  const strapi = await createStrapi({ appDir: app, distDir: join(app, 'dist') }).load();
  await measure(strapi, load('viktoria-ops/strapi') as HookMonitoring);
  await strapi.destroy();
} finally {
  await postgres.stop();
}
