/** `node .build/test/bench/alerts.js`: the engine's processor time for 1,000 rules and 1,000 evaluations, and its file. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AlertState, evaluateRules, initialState } from '../../src/lib/alerts/engine/index.js';
import { readAlertState, writeAlertState } from '../../src/lib/alerts/state.js';
import { metrics } from '../../src/lib/metrics/index.js';
import { parseWithoutCodeGeneration } from '../../src/lib/parsing.js';
import { MINUTE_MS, ruleOf, START } from '../support/alerts.js';

parseWithoutCodeGeneration();

const [RULES, EVALUATIONS] = [1000, 1000];
const rules = Array.from({ length: RULES }, (_, index) =>
  ruleOf({ name: `rule-${index}`, channels: ['slack', 'email'], cooldownMs: 60 * MINUTE_MS, inhibitedBy: ['rule-0'] }),
);

/** Whether a rule holds at an evaluation. */
const schedules: Readonly<Record<string, (rule: number, evaluation: number) => boolean>> = {
  'nothing fires': () => false,
  'one in a hundred comes and goes': (rule, evaluation) => rule % 100 === 7 && evaluation % 40 < 10,
  'everything fires': (rule) => rule > 0,
  'everything flaps': (rule, evaluation) => rule > 0 && evaluation % 2 === 0,
};

const directory = mkdtempSync(join(tmpdir(), 'viktoria-ops-bench-'));
for (const [name, holds] of Object.entries(schedules)) {
  let [state, told, engineMs]: [AlertState, number, number] = [initialState(), 0, 0];
  for (let evaluation = 0; evaluation < EVALUATIONS; evaluation++) {
    const truths = rules.map((rule, index): [string, boolean] => [rule.name, holds(index, evaluation)]);
    const verdicts = new Map(truths.map(([rule, truth]) => [rule, { truth, clears: !truth }]));
    const begin = process.cpuUsage();
    const evaluated = evaluateRules({
      rules,
      verdicts,
      values: new Map([['hooks.errorRate', 0.02]]),
      state,
      stored: [],
      now: new Date(START + evaluation * MINUTE_MS),
      silences: [],
      windows: [],
      channels: new Set(['slack', 'email']),
      metrics,
      environment: 'production',
      host: 'app1',
    });
    engineMs += process.cpuUsage(begin).user / 1000;
    state = evaluated.state;
    told += evaluated.notifications.length;
  }
  const writing = performance.now();
  await writeAlertState(directory, state);
  const reading = performance.now();
  await readAlertState(directory, new Date());
  const [writeMs, readMs] = [reading - writing, performance.now() - reading];
  const kilobytes = statSync(join(directory, 'state.json')).size / 1000;
  process.stdout.write(
    `${name}: ${engineMs.toFixed(0)} ms, ${told} messages; state ${kilobytes.toFixed(0)} kB, written in ${writeMs.toFixed(1)} ms, read in ${readMs.toFixed(1)} ms\n`,
  );
}
rmSync(directory, { recursive: true });
