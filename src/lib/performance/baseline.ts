/** `performance baseline`: a known normal, and what has changed since. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { PerformanceHistory, Time } from '../contract/index.js';
import { OperatorError, systemCode } from '../errors.js';
import { ensurePrivateDirectory, fileError, readRegularFile, writeFileAtomic } from '../files/index.js';
import { countOf } from '../measures.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { daysOf, FEWEST_DAYS } from './compare/measure.js';
import { compareHistories, HookTrends } from './trends.js';

const Name = z
  .string()
  .regex(/^[\w-]{1,64}$/, 'expected letters, digits, - and _, 64 at most')
  .default('default');

export const SaveFlags = z.object({ name: Name, replace: z.boolean().default(false) });
export type SaveFlags = z.output<typeof SaveFlags>;
export const CompareFlags = z.object({ name: Name });
export type CompareFlags = z.output<typeof CompareFlags>;

export const SavedBaseline = z.object({
  name: z.string(),
  file: z.string(),
  isSaved: z.boolean(),
  /** What is kept, and what later weeks are compared with. */
  history: PerformanceHistory,
});
export type SavedBaseline = z.infer<typeof SavedBaseline>;

export const BaselineComparison = HookTrends.omit({ reportFile: true }).extend({ name: z.string(), savedAt: Time });
export type BaselineComparison = z.infer<typeof BaselineComparison>;

const BaselineFile = z.object({ schemaVersion: z.literal(1), savedAt: Time, history: PerformanceHistory });

/** The application's last week. Errors: `VOPS-API-…`; `VOPS-USAGE` when there is one of this name. */
export async function planBaseline(
  context: Pick<Context, 'api' | 'config'>,
  { name, replace }: SaveFlags,
): Promise<Outcome<SavedBaseline>> {
  const directory = directoryOf(await context.config());
  if (!replace && (await namesIn(directory)).includes(name)) {
    throw new OperatorError('VOPS-USAGE', `there is a baseline ${name} already`, {
      hint: 'choose another --name, or take its place with --replace',
    });
  }
  const history = await context.api('performanceHistory');
  return conclude({ name, file: join(directory, `${name}.json`), isSaved: false, history }, judgeBaseline(history));
}

/** Errors: `VOPS-FILE`, `VOPS-DISK-FULL`. */
export async function applyBaseline(
  context: Pick<Context, 'config' | 'now' | 'state'>,
  planned: Outcome<SavedBaseline>,
): Promise<Outcome<SavedBaseline>> {
  const { file, history } = planned.result;
  await context.state();
  await ensurePrivateDirectory(directoryOf(await context.config()));
  const content = { schemaVersion: 1, savedAt: context.now().toISOString(), history };
  await writeFileAtomic(file, `${JSON.stringify(content)}\n`);
  return { ...planned, result: { ...planned.result, isSaved: true } };
}

/** The last week against the baseline. Errors: `VOPS-API-…`; `VOPS-USAGE` when there is none; `VOPS-FILE`. */
export async function compareBaseline(
  context: Pick<Context, 'api' | 'config'>,
  { name }: CompareFlags,
): Promise<Outcome<BaselineComparison>> {
  const { savedAt, history: previous } = await readBaseline(directoryOf(await context.config()), name);
  const current = await context.api('performanceHistory');
  const outcome = await compareHistories(context, { previous, current });
  return { ...outcome, result: { ...outcome.result, name, savedAt } };
}

/** One for each environment. */
const directoryOf = ({ stateDirectory, environment }: Awaited<ReturnType<Context['config']>>): string =>
  join(stateDirectory, 'performance', 'baselines', environment);

/** Hooks that ran on too few days are kept, too: a later week cannot be compared with them. */
function judgeBaseline({ hooks, window }: PerformanceHistory): Finding[] {
  const comparable = hooks.filter(({ hours }) => daysOf(hours, Date.parse(window.from)) >= FEWEST_DAYS).length;
  if (comparable > 0) return [];
  return [
    {
      code: 'VOPS-PERFORMANCE-SHORT-HISTORY',
      severity: 'warning',
      message: `nothing can be compared with this baseline: none of ${countOf(hooks.length, 'hook')} ran on ${FEWEST_DAYS} days of the last 7`,
      hint: 'save it after a week as you know it; until then: viktoria-ops performance summary',
    },
  ];
}

/** A year of two hundred hooks is far below this; a week of them is what is kept. */
const LARGEST_FILE = 50_000_000;

async function readBaseline(directory: string, name: string): Promise<z.output<typeof BaselineFile>> {
  const names = await namesIn(directory);
  if (!names.includes(name)) {
    const others = names.length === 0 ? 'there is none yet' : `there are ${names.join(', ')}`;
    throw new OperatorError('VOPS-USAGE', `there is no baseline ${name}: ${others}`, {
      hint: `viktoria-ops performance baseline save --name ${name}`,
    });
  }
  const file = join(directory, `${name}.json`);
  const parsed = BaselineFile.safeParse(parseJson((await readRegularFile(file, LARGEST_FILE)).toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new OperatorError('VOPS-FILE', `${file} is no baseline of this version, or damaged`, {
    hint: `save it anew: viktoria-ops performance baseline save --name ${name} --replace`,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said by the schema
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError('read', directory, error);
  }
}
