/** Silences as an operator makes, sees and ends them; what they do to alerts is in engine.test.ts. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { engineSilences, readSilences } from '../../src/lib/alerts/silences.js';
import { writeAlertState } from '../../src/lib/alerts/state.js';
import { ruleOf, START, Watch } from '../support/alerts.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

function place() {
  const home = temporaryDirectory();
  const directory = join(home, 'viktoria-ops', 'alerts');
  return { options: { env: { XDG_STATE_HOME: home } }, directory, stateDirectory: join(home, 'viktoria-ops') };
}

describe('alerts silence', () => {
  test('is in force at once, with an end, an author and a line in the audit log', async () => {
    const { options, directory, stateDirectory } = place();
    const { code, document } = await runJson(
      ['alerts', 'silence', 'slow-*', '--for', '2h', '--comment', 'import', '--severity', 'info,warning'],
      options,
    );
    expect(code).toBe(0);
    const { silences } = await readSilences(directory);
    const { id, from, until, author } = document.result.silence;
    expect(silences).toEqual([
      { id, rule: 'slow-*', severities: ['info', 'warning'], from, until, author, comment: 'import' },
    ]);
    expect(Date.parse(until) - Date.parse(from)).toBe(7_200_000);
    expect(author).not.toBe('');
    const audit = readFileSync(join(stateDirectory, 'audit.jsonl'), 'utf8');
    expect(JSON.parse(audit)).toMatchObject({ action: 'silence.added', subject: 'slow-*', details: { id, until } });
    // And the engine heeds it.
    const watch = new Watch([ruleOf({ name: 'slow-hooks' })], { silences: engineSilences(silences) });
    expect(watch.at(Date.parse(from) + 1, { 'slow-hooks': true })).toEqual([]);
    expect(watch.at(Date.parse(until), { 'slow-hooks': true })).toEqual(['slack slow-hooks-1-firing']);
  });

  test('says what it keeps quiet now', async () => {
    const { options, directory } = place();
    const watch = new Watch([ruleOf()]);
    watch.at(START, { 'high-error-rate': true });
    mkdirSync(directory, { recursive: true });
    await writeAlertState(directory, watch.state);
    const { stdout } = await run(['alerts', 'silence', 'high-*', '--for', '1h'], options);
    expect(stdout).toContain('firing now: high-error-rate');
    expect((await run(['alerts', 'silences'], options)).stdout).toContain('quiet though they fire: high-error-rate');
  });

  test('a firing alert of another severity is none that it keeps quiet', async () => {
    const { options, directory } = place();
    const watch = new Watch([ruleOf(), ruleOf({ name: 'application-down', severity: 'critical' })]);
    watch.at(START, { 'high-error-rate': true, 'application-down': true });
    mkdirSync(directory, { recursive: true });
    await writeAlertState(directory, watch.state);
    const made = await runJson(['alerts', 'silence', '*', '--severity', 'warning', '--for', '1h'], options);
    expect(made.document.result.silence.quiets).toEqual(['high-error-rate']);
    const { document } = await runJson(['alerts', 'silences'], options);
    expect(document.result.silences[0].quiets).toEqual(['high-error-rate']);
    expect((await run(['alerts', 'unsilence', '*'], options)).stdout).toContain('told next: high-error-rate\n');
  });

  test('warns of a rule that there is not', async () => {
    const { options } = place();
    const { code, document } = await runJson(['alerts', 'silence', 'high-eror-rate', '--for', '1h'], options);
    expect(code).toBe(0);
    expect(document.findings).toMatchObject([
      { code: 'VOPS-ALERTS-SILENCE-UNMATCHED', severity: 'warning', hint: 'did you mean high-error-rate?' },
    ]);
  });

  test('--dry-run shows it and changes nothing', async () => {
    const { options, stateDirectory } = place();
    const { document } = await runJson(['alerts', 'silence', '*', '--for', '15m', '--dry-run'], options);
    expect(document.result).toMatchObject({ applied: false, silence: { rule: '*' } });
    expect(readdirSync(stateDirectory)).toEqual([]);
  });

  test.each([
    ['no end', [], '--for'],
    ['no time at all', ['--for', '0s'], '--for'],
    ['no unit', ['--for', '2'], '--for'],
    ['no severity', ['--for', '2h', '--severity', 'urgent'], 'info, warning, critical'],
  ])('refuses %s', async (_, argv, words) => {
    const { options, stateDirectory } = place();
    const { code, stderr } = await run(['alerts', 'silence', '*', ...argv], options);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(() => readdirSync(stateDirectory)).toThrow();
  });

  // Beyond the year 9999 a silence was said to be in force and not kept; beyond any date it was a bug of ours.
  test.each([
    ['alerts', 'silence', 'slow-hooks', '--for', '9999999d'],
    ['alerts', 'silence', 'slow-hooks', '--for', '999999999d'],
    ['alerts', 'history', '--since', '999999999d'],
    ['incidents', 'automation', 'pause', '--for', '999999999d'],
  ])('no time that no calendar has: %s %s …', async (...argv) => {
    const { code, stderr } = await run(argv.filter(Boolean), place().options);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('expected 36500d at most') });
  });

  test('two at a time: both are kept', async () => {
    const { options, directory } = place();
    const rules = ['a', 'b', 'c', 'd'];
    await Promise.all(rules.map((rule) => run(['alerts', 'silence', rule, '--for', '1h'], options)));
    expect((await readSilences(directory)).silences.map(({ rule }) => rule).sort()).toEqual(rules);
  });

  test('a damaged file silences nothing, is told, and is moved aside by the next silence', async () => {
    const { options, directory } = place();
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'silences.json'), '{"schemaVersion":1,"silences":[{');
    const { code, document } = await runJson(['alerts', 'silences'], options);
    expect([code, document.status, document.result]).toEqual([0, 'warning', { silences: [] }]);
    await run(['alerts', 'silence', 'a', '--for', '1h'], options);
    expect((await readSilences(directory)).silences).toHaveLength(1);
    expect(readdirSync(directory).filter((name) => name.includes('.corrupt-'))).toHaveLength(1);
  });
});

describe('alerts unsilence', () => {
  test('by the beginning of the id; it stays in --all', async () => {
    const { options } = place();
    const { document } = await runJson(['alerts', 'silence', 'a', '--for', '1h'], options);
    const { id } = document.result.silence;
    expect((await run(['alerts', 'unsilence', id.slice(0, 4), '--dry-run'], options)).stdout).toContain('would end');
    expect((await run(['alerts', 'unsilence', id.slice(0, 4)], options)).code).toBe(0);
    expect((await runJson(['alerts', 'silences'], options)).document.result.silences).toEqual([]);
    expect((await runJson(['alerts', 'silences', '--all'], options)).document.result.silences).toMatchObject([
      { id, isActive: false },
    ]);
  });

  test('by the rule; several of one rule are no answer', async () => {
    const { options } = place();
    await run(['alerts', 'silence', 'a', '--for', '1h'], options);
    expect((await run(['alerts', 'unsilence', 'a'], options)).code).toBe(0);
    expect((await run(['alerts', 'unsilence', 'a'], options)).stderr).toContain('no silence a is in force');
    await run(['alerts', 'silence', 'a', '--for', '1h'], options);
    await run(['alerts', 'silence', 'a', '--for', '2h'], options);
    const { code, stderr } = await run(['alerts', 'unsilence', 'a'], options);
    expect(code).toBe(2);
    expect(stderr).toContain('stands for several silences');
  });
});
