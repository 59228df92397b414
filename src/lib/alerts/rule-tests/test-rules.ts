/** `alerts test`: a file of rule tests against the rules in force. */
import { resolve } from 'node:path';
import * as z from 'zod';
import type { Value } from '../../conditions/index.js';
import { readStrictFile } from '../../config/index.js';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { type Metric, metrics } from '../../metrics/index.js';
import { conclude, type Outcome } from '../../status.js';
import { suggest } from '../../suggest.js';
import { loadRules } from '../compile-rules.js';
import { type RuleTest, RuleTests } from './rule-test.js';
import { runRuleTest } from './run-rule-test.js';

export const TestRulesFlags = z.object({ file: z.string().min(1) });
export type TestRulesFlags = z.output<typeof TestRulesFlags>;

export const RuleTestReport = z.object({
  file: z.string(),
  passed: z.number(),
  failed: z.number(),
  tests: z.array(z.object({ name: z.string(), failures: z.array(z.string()) })),
});
export type RuleTestReport = z.output<typeof RuleTestReport>;

const isAbsent = (error: unknown) => error instanceof OperatorError && error.code === 'VOPS-CONFIG-NOT-FOUND';
const absent = (path: string) =>
  new OperatorError('VOPS-CONFIG-NOT-FOUND', `there is no file ${path}`, {
    hint: 'tests of the default rules to begin with: viktoria-ops init alerts',
  });

/**
 * Runs every test of the file.
 * @throws OperatorError VOPS-CONFIG-… for a broken file, or one that names rules or metrics there are not
 */
export async function testRules(
  { config, cwd }: Pick<Context, 'config' | 'cwd'>,
  { file }: TestRulesFlags,
): Promise<Outcome<RuleTestReport>> {
  const path = resolve(cwd, file);
  const { rules: names, tests } = await readStrictFile(path, RuleTests).catch((error: unknown) => {
    throw isAbsent(error) ? absent(path) : error;
  });
  const rules = await loadRules(await config());
  requireKnown(
    'metric',
    [...metrics.keys()],
    tests.flatMap(({ series }) => Object.keys(series)),
  );
  tests.forEach(requirePossible);
  requireKnown(
    'rule',
    rules.map(({ name }) => name),
    [
      ...(names ?? []),
      ...tests.flatMap(({ expect }) =>
        expect.flatMap(({ firing = [], pending = [], messages = [] }) => [
          ...firing,
          ...pending,
          ...messages.map(({ rule }) => rule),
        ]),
      ),
    ],
  );
  const chosen = names === undefined ? rules : rules.filter(({ name }) => names.includes(name));
  return concludeTests(
    path,
    tests.map((test) => ({ name: test.name, failures: runRuleTest(test, chosen) })),
  );
}

/** A slip in a name would make a test pass that tests nothing. */
function requireKnown(what: string, known: readonly string[], used: readonly string[]): void {
  const unknown = used.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = suggest(unknown, known);
  throw new OperatorError('VOPS-CONFIG-INVALID', `there is no ${what} ${unknown}`, {
    hint: meant === undefined ? 'see: viktoria-ops alerts list' : `did you mean ${meant}?`,
  });
}

/** Nor would a word or a number that the metric never is. */
function requirePossible({ name, series }: RuleTest): void {
  for (const [path, values] of Object.entries(series)) {
    const metric = metrics.get(path);
    const stray = metric && values.find((value) => value !== null && !isPossible(value, metric));
    if (metric === undefined || stray === undefined) continue;
    throw new OperatorError('VOPS-CONFIG-INVALID', `${name}: ${path} is never ${stray}`, {
      hint: `it is ${metric.words?.join(', ') ?? KINDS[metric.type]}; write _ where it was not measured`,
    });
  }
}

const KINDS = { number: 'a number', text: 'a text', boolean: 'true or false' } as const;

const isPossible = (value: Value, { type, words }: Metric): boolean =>
  typeof value === 'string' ? type === 'text' && (words?.includes(value) ?? true) : typeof value === type;

function concludeTests(file: string, tests: RuleTestReport['tests']): Outcome<RuleTestReport> {
  const failed = tests.filter(({ failures }) => failures.length > 0);
  return conclude(
    { file, passed: tests.length - failed.length, failed: failed.length, tests },
    failed.flatMap(({ name, failures }) =>
      failures.map((failure) => ({
        code: 'VOPS-ALERTS-TEST-FAILED',
        severity: 'error' as const,
        message: `${name}: ${failure}`,
        hint: 'mend the rule, or what the test expects of it',
      })),
    ),
  );
}
