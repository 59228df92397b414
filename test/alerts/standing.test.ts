/** The alerts as the last evaluation left them, read without another one. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type AlertStanding, readStanding } from '../../src/lib/alerts/index.js';
import { addSilence } from '../../src/lib/alerts/silences.js';
import { writeAlertState } from '../../src/lib/alerts/state.js';
import { HOUR_MS, MINUTE_MS, ruleOf, START, Watch } from '../support/alerts.js';
import { testContext } from '../support/context.js';
import { temporaryDirectory } from '../support/run.js';

function place() {
  const directory = temporaryDirectory();
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify({ stateDirectory: join(directory, 'state') }), { mode: 0o600 });
  const context = testContext({ configFlags: { config }, cwd: directory, env: {} });
  return { context, alerts: join(directory, 'state', 'alerts') };
}
const at = (time: number, { context }: ReturnType<typeof place>) =>
  readStanding({ config: context.config, now: () => new Date(time) });
const brief = ({ firing }: AlertStanding) =>
  firing.map(({ rule, isSilenced }) => `${rule}${isSilenced ? ' silenced' : ''}`);

test('never evaluated: nothing fires, nothing is made, and that is neither news nor good', async () => {
  const here = place();
  const { status, result, findings } = await at(START, here);
  expect({ ...result, status, findings }).toMatchObject({
    evaluatedAt: null,
    firing: [],
    status: 'skipped',
    findings: [],
  });
  expect(existsSync(here.alerts)).toBe(false);
});

test('what fires, the worst first; a silenced alert is shown and is no problem; late evaluations are one', async () => {
  const here = place();
  mkdirSync(here.alerts, { recursive: true, mode: 0o700 });
  const watch = new Watch([ruleOf({ name: 'slow-hooks' }), ruleOf({ name: 'application-down', severity: 'critical' })]);
  watch.at(START, { 'slow-hooks': true, 'application-down': true });
  await writeAlertState(here.alerts, watch.state);

  const loud = await at(START + MINUTE_MS, here);
  expect(brief(loud.result)).toEqual(['application-down', 'slow-hooks']);
  expect(loud.findings.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    'error: application-down fires since 1 min',
    'warning: slow-hooks fires since 1 min',
  ]);

  await addSilence(here.context, {
    id: '5f2a9c31',
    rule: 'slow-*',
    from: new Date(START).toISOString(),
    until: new Date(START + HOUR_MS).toISOString(),
    author: 'anna',
    comment: 'import runs',
  });
  const quiet = await at(START + MINUTE_MS, here);
  expect(brief(quiet.result)).toEqual(['application-down', 'slow-hooks silenced']);
  expect(quiet.findings).toHaveLength(1);

  const late = await at(START + 24 * HOUR_MS, here);
  expect(late.findings.map(({ code }) => code)).toContain('VOPS-ALERTS-LATE');
});
