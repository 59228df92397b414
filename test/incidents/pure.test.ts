import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileRules } from '../../src/lib/alerts/index.js';
import type { AuditRecord } from '../../src/lib/audit/index.js';
import type { CommonSettings } from '../../src/lib/incidents/actions/action.js';
import {
  type Candidate,
  decideStep,
  type Facts,
  limitsLeft,
  STEP_STARTED,
} from '../../src/lib/incidents/decide-step.js';
import { figuresOf } from '../../src/lib/incidents/figures.js';
import { acknowledge, type Incident, openIncident, reopen, resolve, tell } from '../../src/lib/incidents/incident.js';
import { postMortem, ticketText, ticketTitle } from '../../src/lib/incidents/markdown.js';
import { planIncidents, planRun, type Situation } from '../../src/lib/incidents/plan-response.js';
import { compilePlaybooks, judgeTriggers, type Playbook, pathsOf } from '../../src/lib/incidents/playbook.js';
import type { Run, RunStep } from '../../src/lib/incidents/run.js';
import { verdictOn } from '../../src/lib/incidents/settle-checks.js';
import { slugOf } from '../../src/lib/incidents/slug.js';
import { configOf } from '../support/stub-server.js';

const NOW = new Date('2026-11-23T03:00:00.000Z');
const MINUTE = 60_000;
const before = (minutes: number) => new Date(+NOW - minutes * MINUTE);

const GUIDE = [
  {
    name: 'application-down',
    triggers: ['health_check_failed'],
    actions: ['restart_application', 'notify_team', 'create_incident_ticket'],
  },
  {
    name: 'high-error-rate',
    triggers: ['error_rate > 0.05'],
    actions: ['enable_debug_logging', 'notify_team', 'analyze_recent_errors'],
  },
  {
    name: 'database-slow',
    triggers: ['avg_query_time > 1000'],
    actions: ['analyze_slow_queries', 'optimize_database', 'notify_dba_team'],
  },
];

function compile(incidents: readonly object[], more: object = {}) {
  const config = configOf({ incidents, ...more });
  const { rules } = compileRules(config);
  return compilePlaybooks(config, new Map(rules.map((rule) => [rule.name, rule])));
}

const playbooksOf = (incidents: readonly object[], more: object = {}) => {
  const { playbooks, problems } = compile(incidents, more);
  expect(problems).toEqual([]);
  return playbooks;
};

describe('playbooks', () => {
  test("the guide's three, with their trigger words and the default modes", () => {
    const playbooks = playbooksOf(GUIDE);
    expect(playbooks.map(({ actions }) => actions.map(({ action, mode }) => `${action} ${mode}`))).toEqual([
      ['restart_application approve', 'notify_team auto', 'create_incident_ticket auto'],
      ['enable_debug_logging auto', 'notify_team auto', 'analyze_recent_errors auto'],
      ['analyze_slow_queries auto', 'optimize_database auto', 'notify_dba_team auto'],
    ]);
    expect(pathsOf(playbooks)).toEqual(
      expect.arrayContaining(['system.status', 'hooks.errorRate', 'hooks.totalExecutions']),
    );
    const judge = (index: number, values: Record<string, string | number>) =>
      judgeTriggers(playbooks[index] as Playbook, new Map(Object.entries(values)), new Set()).truth;
    expect(judge(0, { 'system.status': 'critical' })).toBe(true);
    expect(judge(0, { 'system.status': 'healthy' })).toBe(false);
    expect(judge(0, {})).toBe(null);
    expect(judge(1, { 'hooks.errorRate': 0.06, 'hooks.totalExecutions': 100 })).toBe(true);
    expect(judge(1, { 'hooks.errorRate': 0.5, 'hooks.totalExecutions': 4 })).toBe(null);
    expect(judge(2, { 'database.averageQueryTime': 1_001, 'database.totalQueries': 900 })).toBe(true);
  });

  test('a trigger may be the name of an alert, or any condition', () => {
    const [playbook] = playbooksOf([
      {
        name: 'x',
        triggers: ['database-down', 'host.diskUsage > 95%'],
        actions: [{ action: 'notify_team', mode: 'suggest' }],
      },
    ]);
    const judge = (firing: string[], disk: number | null) =>
      judgeTriggers(playbook as Playbook, new Map([['host.diskUsage', disk]]), new Set(firing));
    expect(judge(['database-down'], null)).toMatchObject({ truth: true, holding: ['database-down'] });
    expect(judge([], 0.96)).toMatchObject({ truth: true, holding: ['host.diskUsage > 95%'] });
    expect(judge([], null).truth).toBe(null);
    expect(judge([], 0.5).truth).toBe(false);
  });

  test.each([
    ['error_rat > 0.05', /unknown metric error_rat; did you mean error_rate/],
    ['database-donw', /no alert rule of this name; did you mean database-down/],
    ['configuration-changed', /never fires, it only happens; write its condition: changes.config > 0/],
    ['process.exit(1)', /unknown metric process\.exit/],
    ['__proto__ == 1', /unknown metric/],
  ])('a trigger that means nothing is refused: %s', (trigger, what) => {
    const { problems } = compile([{ name: 'x', triggers: [trigger], actions: ['notify_team'] }]);
    expect(problems).toEqual([{ path: ['incidents', 0, 'triggers', 0], what: expect.stringMatching(what) }]);
  });
});

test('a channel that is not there is refused: nobody would hear of it', () => {
  const channels = { slack: { webhook: 'https://hooks.example/x' } };
  const automation = { actions: { notify_team: { channels: ['slack', 'slak'] } } };
  expect(compile([], { alerting: { channels }, automation }).problems).toEqual([
    {
      path: ['automation', 'actions', 'notify_team', 'channels', 1],
      what: expect.stringContaining('did you mean slack'),
    },
  ]);
});

describe('whether a step may begin', () => {
  const settings: CommonSettings = { mode: 'auto', timeout: 1, cooldown: 0, maxPerHalfHour: 2, maxPerDay: 4 };
  const restart = { name: 'restart_application', class: 'disruptive' } as const;
  const candidate: Candidate = { action: restart, mode: 'auto', settings, isApproved: false, isAttended: false };
  const begun = (minutesAgo: readonly number[], name = 'restart_application') =>
    minutesAgo.map(
      (minutes) => ({ action: STEP_STARTED, subject: name, at: before(minutes).toISOString() }) as AuditRecord,
    );
  const facts = (minutesAgo: readonly number[] = [], more: Partial<Facts> = {}): Facts => ({
    now: NOW,
    pause: null,
    audit: { records: begun(minutesAgo), isWhole: true },
    ...more,
  });
  const pause = { at: NOW.toISOString(), until: NOW.toISOString(), actor: 'anna', reason: 'moving' };

  test.each<[string, Partial<Candidate>, Facts, string]>([
    ['auto', {}, facts(), 'begin'],
    ['approve', { mode: 'approve' }, facts(), 'wait'],
    ['approved', { mode: 'approve', isApproved: true }, facts(), 'begin'],
    ['suggest', { mode: 'suggest' }, facts(), 'suggest'],
    ['suggest, approved', { mode: 'suggest', isApproved: true }, facts(), 'begin'],
    ['a person is at it', { isAttended: true }, facts(), 'wait'],
    ['a person is at it and approves', { isAttended: true, isApproved: true }, facts(), 'begin'],
    [
      'looking only, though a person is at it',
      { isAttended: true, action: { name: 'notify_team', class: 'read-only' } },
      facts(),
      'begin',
    ],
    ['paused, approved or not', { isApproved: true }, facts([], { pause }), 'defer'],
    ['twice in half an hour', {}, facts([1, 29]), 'refuse'],
    ['twice in half an hour, also for a person', { isApproved: true }, facts([1, 29]), 'refuse'],
    ['twice in a little more', {}, facts([1, 31]), 'begin'],
    ['four times a day', {}, facts([60, 120, 180, 1439]), 'refuse'],
    ['four times in more than a day', {}, facts([60, 120, 180, 1441]), 'begin'],
    ['in the future, by a clock that was set back', {}, facts([-60, -61]), 'refuse'],
    ['cooling down', { settings: { ...settings, cooldown: 10 * MINUTE } }, facts([9]), 'defer'],
    ['a damaged audit log', {}, facts([], { audit: { records: [], isWhole: false } }), 'refuse'],
    ['not in the playbook any more, approved or not', { mode: undefined, isApproved: true }, facts(), 'refuse'],
    ['never at all', { settings: { ...settings, maxPerDay: 0 } }, facts(), 'refuse'],
  ])('%s', (_, change, known, kind) => {
    expect(decideStep({ ...candidate, ...change }, known).kind).toBe(kind);
  });

  test('whatever happens: never above a limit, never while paused, never unapproved', () => {
    const minutes = fc.array(fc.integer({ min: -100, max: 2_000 }), { maxLength: 8 });
    fc.assert(
      fc.property(
        minutes,
        fc.boolean(),
        fc.constantFrom('suggest', 'approve', 'auto'),
        fc.boolean(),
        (ago, isPaused, mode, isApproved) => {
          const known = facts(ago, { pause: isPaused ? pause : null });
          const decision = decideStep({ ...candidate, mode: mode as 'auto', isApproved }, known);
          if (decision.kind !== 'begin') return;
          expect(isPaused).toBe(false);
          expect(ago.filter((at) => at < 30).length).toBeLessThan(2);
          expect(ago.filter((at) => at < 24 * 60).length).toBeLessThan(4);
          expect(mode === 'auto' || isApproved).toBe(true);
        },
      ),
    );
  });

  test('limits left', () => {
    expect(limitsLeft('restart_application', settings, facts([1, 100]))).toEqual([
      { limit: '2 in 30 min', left: 1 },
      { limit: '4 in 1 d', left: 2 },
    ]);
  });
});

const opened = (about: Partial<Incident> = {}): Incident => ({
  ...openIncident({
    id: 'application-down-1',
    key: 'application-down',
    source: 'playbook',
    episode: 1,
    severity: 'critical',
    trigger: 'health_check_failed',
    environment: 'production',
    host: 'web1',
    values: { 'system.status': 'critical' },
    at: before(10),
    actor: 'automation',
  }),
  ...about,
});
const resolved = (minutesAgo: number, awaitsEnd = false) =>
  resolve(opened(), { at: before(minutesAgo), actor: 'automation', text: 'over', awaitsEnd });

describe('incidents of an evaluation', () => {
  const [playbook] = playbooksOf(GUIDE);
  const situation = (truth: boolean | null, incidents: Incident[], firing: Situation['firing'] = []): Situation => ({
    playbooks: [
      { playbook: playbook as Playbook, state: { truth, holding: truth ? ['health_check_failed'] : [], values: {} } },
    ],
    firing,
    incidents,
    now: NOW,
    reopenWithinMs: 30 * MINUTE,
  });
  const alert = (rule: string, severity: 'critical' | 'warning' = 'critical') => ({
    rule,
    severity,
    condition: 'a > b',
  });
  const ofAlert = opened({ key: 'database-down', source: 'alert', id: 'database-down-1' });

  test.each<[string, Situation, string[]]>([
    ['begins', situation(true, []), ['open']],
    ['goes on', situation(true, [opened()]), ['observe']],
    ['ends', situation(false, [opened()]), ['resolve']],
    ['unknown', situation(null, [opened()]), []],
    ['unknown at first', situation(null, []), []],
    ['comes back soon', situation(true, [resolved(29)]), ['reopen']],
    ['comes back late', situation(true, [resolved(31)]), ['open']],
    ['resolved by a person while it lasts', situation(true, [resolved(1, true)]), []],
    ['resolved by a person, and now it has ended', situation(false, [resolved(1, true)]), ['forget']],
    ['a critical alert', situation(false, [], [alert('database-down')]), ['open']],
    ['an alert that warns', situation(false, [], [alert('database-down', 'warning')]), []],
    [
      'a critical alert of the same name is the same incident',
      situation(true, [], [alert('application-down')]),
      ['open'],
    ],
    ['a critical alert ends', situation(false, [ofAlert]), ['resolve']],
    ['a critical alert goes on', situation(false, [ofAlert], [alert('database-down')]), ['observe']],
  ])('%s', (_, given, kinds) => {
    expect(planIncidents(given).map(({ kind }) => kind)).toEqual(kinds);
  });

  test('a clock that was set back neither reopens for ever nor fails', () => {
    expect(planIncidents(situation(true, [resolved(-600)])).map(({ kind }) => kind)).toEqual(['reopen']);
  });
});

describe('runs of a playbook', () => {
  const [playbook] = playbooksOf(GUIDE);
  const judged = (truth: boolean | null) => ({
    playbook: playbook as Playbook,
    state: { truth, holding: [], values: {} },
  });
  const step = (verdict: 'pending' | 'fixed' | 'not fixed' | 'unknown', more: Partial<RunStep> = {}): RunStep => ({
    action: 'restart_application',
    mode: 'auto',
    state: 'done',
    startedAt: null,
    endedAt: null,
    doing: [],
    note: null,
    check: { condition: '', dueAt: NOW.toISOString(), verdict },
    ...more,
  });
  const run = (number: number, steps: RunStep[], endedAt: string | null = NOW.toISOString(), opening = 0): Run => ({
    schemaVersion: 1,
    id: `application-down-1-run${number}`,
    incident: 'application-down-1',
    playbook: 'application-down',
    opening,
    actor: '',
    startedAt: NOW.toISOString(),
    endedAt,
    steps,
  });

  test('begin, go on, try again once, give up', () => {
    const incident = opened();
    expect(planRun(judged(true), incident, [])).toMatchObject({ kind: 'begin', actions: { length: 3 } });
    expect(planRun(judged(null), incident, [])).toEqual({ kind: 'rest' });
    const open = run(1, [step('pending')], null);
    expect(planRun(judged(null), incident, [open])).toEqual({ kind: 'continue', run: open });
    const failed = run(1, [step('not fixed')]);
    expect(planRun(judged(true), incident, [failed])).toMatchObject({
      kind: 'begin',
      actions: [{ action: 'restart_application' }],
    });
    expect(planRun(judged(true), incident, [failed, run(2, [step('unknown')])])).toEqual({ kind: 'rest' });
    expect(planRun(judged(true), incident, [failed, run(2, [step('fixed')])])).toEqual({ kind: 'rest' });
  });

  test('once more when the trouble comes back', () => {
    const again = reopen(resolved(5), { at: NOW, actor: 'automation', text: 'again', values: {} });
    expect(planRun(judged(true), again, [run(1, [step('fixed')])])).toMatchObject({
      kind: 'begin',
      actions: { length: 3 },
    });
  });

  test.each<[boolean | null, number, string]>([
    [true, 5, 'fixed'],
    [false, 1, 'pending'],
    [false, -1, 'not fixed'],
    [null, -1, 'pending'],
    [null, -21, 'unknown'],
  ])('holds %s, due in %d min: %s', (holds, minutes, verdict) => {
    const check = { condition: '', dueAt: before(-minutes).toISOString(), verdict: 'pending' } as const;
    expect(verdictOn({ check }, holds, { now: NOW, patienceMs: 20 * MINUTE })).toBe(verdict);
  });
});

describe('text from outside', () => {
  const EVIL = 'x`y``z @everyone [a](javascript:1) <img src=x> \n/close\u001b[31m\u202e # head\r\n- item';
  const evil = tell(opened({ trigger: EVIL, host: EVIL, environment: EVIL, values: { [EVIL]: EVIL } }), {
    at: NOW.toISOString(),
    kind: 'note',
    actor: EVIL,
    text: EVIL,
  });

  test('stays text: every line is ours, everything else stands in a code span', () => {
    for (const text of [ticketText(evil), postMortem(evil)]) {
      for (const line of text.split('\n')) expect(line).toMatch(/^(#|- |See it|none$|$)/);
      const outside = text.replace(/(`+)([\s\S]*?[^`])\1(?!`)/g, '');
      expect(outside).not.toMatch(/everyone|javascript|img|close|\u001b|\u202e/);
    }
    expect(ticketTitle(evil)).not.toMatch(/[\n\r\u001b\u202e]/);
    expect(ticketTitle(evil).length).toBeLessThanOrEqual(200);
  });

  test('any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const lines = postMortem(tell(opened({ trigger: text }), { at: '', kind: 'note', actor: text, text })).split(
          '\n',
        );
        for (const line of lines) expect(line).toMatch(/^(#|- |none$|$)/);
      }),
    );
  });
});

test('names become parts of file names, each its own', () => {
  expect(slugOf('application-down')).toBe('application-down');
  const names = [
    'Application Down',
    'application down',
    'application/down',
    '../../etc',
    'ä',
    '',
    'x'.repeat(300),
    'y'.repeat(300),
  ];
  const slugs = names.map(slugOf);
  expect(new Set(slugs).size).toBe(names.length);
  for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9-]{1,90}$/);
});

test('figures: over those acknowledged, over those resolved; none is none', () => {
  const taken = acknowledge(opened(), { at: before(8), actor: 'anna', text: '' });
  expect(figuresOf([])).toEqual({ mttaMs: null, acknowledged: 0, mttrMs: null, resolved: 0 });
  expect(figuresOf([taken, opened(), resolved(4)])).toEqual({
    mttaMs: 2 * MINUTE,
    acknowledged: 1,
    mttrMs: 6 * MINUTE,
    resolved: 1,
  });
});

test('one that came back is taken as quickly as somebody takes it then', () => {
  const act = (minutesAgo: number) => ({ at: before(minutesAgo), actor: 'anna', text: '', values: {} });
  const taken = acknowledge(opened(), act(9));
  const back = reopen(resolve(taken, { ...act(5), awaitsEnd: false }), act(3));
  const takenAgain = acknowledge(back, act(0));
  expect(figuresOf([back])).toMatchObject({ mttaMs: MINUTE, acknowledged: 1 });
  expect(figuresOf([takenAgain])).toMatchObject({ mttaMs: 2 * MINUTE, acknowledged: 2 });
  expect(postMortem(takenAgain)).toMatch(/^- acknowledged: .* by `anna`, after 3 min$/m);
});

test('a long story keeps its beginning and its end', () => {
  let incident = opened();
  for (let index = 0; index < 2_000; index++)
    incident = tell(incident, { at: '', kind: 'note', actor: '', text: `${index}` });
  expect(incident.timeline).toHaveLength(500);
  expect([incident.timeline[0]?.kind, incident.timeline.at(-1)?.text]).toEqual(['opened', '1999']);
});
