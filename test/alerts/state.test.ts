/** The engine's state between evaluations: what survives, and what happens to what does not. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openAlertState, readAlertState, writeAlertState } from '../../src/lib/alerts/state.js';
import { MINUTE_MS, ruleOf, START, Watch } from '../support/alerts.js';
import { temporaryDirectory } from '../support/run.js';

const NAME = 'high-error-rate';

function flapped(): Watch {
  const escalate = { afterMs: MINUTE_MS, severity: 'critical', channels: ['pager'] } as const;
  const watch = new Watch([ruleOf({ escalate }), ruleOf({ name: '__proto__', channels: ['email'] })]);
  for (const [minute, sign] of Array.from('+-+-+-+-+-+').entries()) {
    watch.judge(START, new Map());
    watch.at(START + minute * MINUTE_MS, { [NAME]: sign === '+' });
  }
  watch.commit(watch.judge(START + 20 * MINUTE_MS, new Map([['__proto__', { truth: true, clears: false }]])));
  return watch;
}

describe('the state file', () => {
  test('none yet: the initial state, nothing is written', async () => {
    const directory = temporaryDirectory();
    const { state, findings } = await openAlertState(directory, new Date(START));
    expect([state.evaluatedAt, state.episodeBase, state.alerts.size, findings]).toEqual([undefined, 0, 0, []]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('what is written is read: every alert, whatever its name', async () => {
    const directory = temporaryDirectory();
    const { state } = flapped();
    await writeAlertState(directory, state);
    const read = await openAlertState(directory, new Date(START));
    expect(read.findings).toEqual([]);
    expect(read.state).toEqual(state);
    expect([...read.state.alerts.keys()]).toEqual([NAME, '__proto__']);
    expect(readdirSync(directory)).toEqual(['state.json']);
  });

  test.each([
    ['cut short', (text: string) => text.slice(0, -20)],
    ['empty', () => ''],
    ['of a later version', (text: string) => text.replace('"schemaVersion":1', '"schemaVersion":2')],
    ['with a key that nobody knows', (text: string) => text.replace('"told"', '"sold"')],
  ])('damaged (%s): moved aside, one warning, and no id comes twice', async (_, damage) => {
    const directory = temporaryDirectory();
    const watch = flapped();
    await writeAlertState(directory, watch.state);
    const path = join(directory, 'state.json');
    const text = damage(readFileSync(path, 'utf8'));
    writeFileSync(path, text);
    expect((await readAlertState(directory, new Date(START))).findings).toHaveLength(1); // who only looks changes nothing
    expect(readFileSync(path, 'utf8')).toBe(text);

    const { state, findings } = await openAlertState(directory, new Date(START));
    expect(findings).toMatchObject([{ code: 'VOPS-ALERTS-STATE-DAMAGED', severity: 'warning' }]);
    expect(readdirSync(directory).sort()).toEqual(['state.json', 'state.json.corrupt-20261123T100000000Z']);
    // Killed here, or an hour later: the ids of the first evaluation are the same.
    const again = await openAlertState(directory, new Date(START + 3_600_000));
    expect(again).toEqual({ state, findings: [] });
    watch.state = again.state;
    expect(watch.at(START + MINUTE_MS, { [NAME]: true })).toEqual([`slack ${NAME}-${START / 1000 + 1}-firing`]);
  });

  test('gone though messages were delivered: no id comes twice', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'delivered.jsonl'), '{}\n');
    const { state, findings } = await openAlertState(directory, new Date(START));
    expect([state.episodeBase, findings]).toEqual([START / 1000, []]);
    expect((await openAlertState(directory, new Date(START + 1))).state).toEqual(state);
  });

  test('what cannot be read at all is an error, and nothing is moved', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'state.json'));
    await expect(openAlertState(directory, new Date(START))).rejects.toMatchObject({ code: 'VOPS-FILE' });
    expect(readdirSync(directory)).toEqual(['state.json']);
  });
});
