import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { composeMail } from '../../src/lib/alerts/channels/email-text.js';
import { slackText } from '../../src/lib/alerts/channels/slack-text.js';
import { EVENT_KINDS } from '../../src/lib/alerts/event.js';
import { composeMessage, plainText, toItems } from '../../src/lib/alerts/message/index.js';
import { alertEvent } from '../support/delivery.js';

const text = (...events: Parameters<typeof alertEvent>[0][]) =>
  plainText(composeMessage(toItems(events.map((event) => alertEvent(event)))));

test('what fires: value, condition, since when, what to do', () => {
  const lines = text({
    at: '2026-11-25T10:09:12.000Z',
    description: 'A hook takes longer than half a second',
    runbook: 'https://ops.example/runbook#slow',
    alsoFiring: ['disk-full', 'slow-hooks'],
  });
  expect(lines).toEqual([
    '[WARNING] slow-hooks · production · web-1',
    '',
    'WARNING slow-hooks: hooks.averageExecutionTime is 612 ms, condition hooks.averageExecutionTime > 500',
    '  since     2026-11-25 10:01:00 UTC (8 min 12 s)',
    '  value     hooks.averageExecutionTime = 612',
    '  condition hooks.averageExecutionTime > 500',
    '  about     A hook takes longer than half a second',
    '  runbook   https://ops.example/runbook#slow',
    '  silence   viktoria-ops alerts silence slow-hooks --for 2h --env production',
    '  id        slow-hooks-1-firing',
    '',
    'also firing: disk-full',
  ]);
});

test('what is over: from when to when, the peak, and no silence any more', () => {
  const lines = text({
    kind: 'resolved',
    at: '2026-11-25T10:09:00.000Z',
    peak: { 'hooks.averageExecutionTime': 1234.5678 },
  });
  expect(lines[0]).toBe('[RESOLVED] slow-hooks · production · web-1');
  expect(lines).toContain('  time      2026-11-25 10:01:00 UTC to 2026-11-25 10:09:00 UTC (8 min)');
  expect(lines).toContain('  peak      hooks.averageExecutionTime = 1234.6');
  expect(lines.join()).not.toContain('silence');
});

test.each([
  ['was firing', [{}, { kind: 'resolved' as const, at: '2026-11-25T10:09:00.000Z' }], '[WAS FIRING] slow-hooks'],
  ['flapping', [{ kind: 'flapping-started' as const }], '[FLAPPING] slow-hooks'],
  [
    'no longer',
    [{ kind: 'flapping-started' as const }, { kind: 'flapping-ended' as const, at: '2026-11-25T11:00:00.000Z' }],
    '[NO LONGER FLAPPING]',
  ],
  ['a notice', [{ kind: 'notice' as const, severity: 'info' as const }], '[INFO] slow-hooks'],
  [
    'several',
    [{}, { rule: 'disk-full', severity: 'critical' as const }, { rule: 'x', kind: 'resolved' as const }],
    '[CRITICAL] 2 firing, 1 resolved',
  ],
  [
    'several that are over',
    [{ kind: 'resolved' as const }, { rule: 'x', kind: 'resolved' as const }],
    '[RESOLVED] 2 resolved',
  ],
])('title: %s', (_, events, title) => {
  expect(text(...events)[0]).toContain(title);
});

test('two episodes of one rule are two items; the worst comes first', () => {
  const items = toItems([
    alertEvent({ severity: 'info', rule: 'a' }),
    alertEvent({ severity: 'critical', rule: 'b', kind: 'resolved' }),
    alertEvent({ severity: 'critical', rule: 'c' }),
    alertEvent({ rule: 'd' }),
    alertEvent({ rule: 'd', episode: 2 }),
  ]);
  expect(items.map(({ latest, state }) => `${latest.rule} ${latest.episode} ${state}`)).toEqual([
    'c 1 firing',
    'b 1 resolved',
    'd 1 firing',
    'd 2 firing',
    'a 1 firing',
  ]);
});

test('of one rule comes first what happened first: the end of one episode before the begin of the next', () => {
  const items = toItems([
    alertEvent({ rule: 'b', severity: 'critical', episode: 2 }),
    alertEvent({ rule: 'b', kind: 'resolved' }),
    alertEvent({ rule: 'a', severity: 'critical' }),
    alertEvent({ rule: 'c' }),
  ]);
  expect(items.map(({ latest, state }) => `${latest.rule} ${latest.episode} ${state}`)).toEqual([
    'a 1 firing',
    'b 1 resolved',
    'b 2 firing',
    'c 1 firing',
  ]);
});

test('two hundred alerts: twenty in full, the others by their ids; Slack takes it', () => {
  const events = Array.from({ length: 200 }, (_, index) =>
    alertEvent({ rule: `rule-${index}`, summary: '<&'.repeat(250) }),
  );
  const message = composeMessage(toItems(events));
  for (const rendered of [plainText(message).join('\n'), slackText(message)]) {
    expect(events.filter(({ id }) => !rendered.includes(id))).toEqual([]);
    expect(rendered).toContain('more: ');
  }
  expect(slackText(message).length).toBeLessThan(40_000);
});

test('the id is the same for the same events, in any order, and only for them', () => {
  const [one, two] = [alertEvent({ rule: 'a' }), alertEvent({ rule: 'b' })];
  const id = (...events: (typeof one)[]) => composeMessage(toItems(events)).id;
  expect(id(one, two)).toBe(id(two, one));
  expect(new Set([id(one, two), id(one), id(two)]).size).toBe(3);
  expect(id(one)).toMatch(/^[a-z0-9-]+$/);
});

describe('text from outside', () => {
  const hostile = '\u001b[31m\r\nBcc: x@evil.example\u202e\u2066<!channel> <b>&"\' `*~ \u0000\ud800';

  test('stays on its line, without controls and bidi', () => {
    for (const line of text({
      summary: hostile,
      condition: hostile,
      rule: hostile,
      description: hostile,
      runbook: hostile,
    }))
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });

  test('is no mark-up in Slack, nor in HTML', () => {
    const message = composeMessage(
      toItems([alertEvent({ summary: hostile, rule: hostile, host: hostile, runbook: 'javascript:alert(1)' })]),
    );
    expect(slackText(message)).not.toMatch(/<|>(?! \w+:)/);
    const { html, subject } = composeMail(message, { from: 'ops@example.org', date: new Date(0) });
    expect(html).not.toMatch(/<b>&|<!channel>|href/);
    expect(subject).not.toMatch(/[\r\n]/);
  });

  test('is one word of the command that silences', () => {
    expect(text({ rule: "it's $(reboot)" }).join('\n')).toContain(`silence 'it'\\''s $(reboot)' --for`);
  });

  test('whatever it holds, all of it is rendered, on lines of bounded length', () => {
    const any = fc.string({ unit: 'grapheme', maxLength: 2_000 });
    fc.assert(
      fc.property(any, any, fc.constantFrom(...EVENT_KINDS), (summary, rule, kind) => {
        const lines = text({ summary, rule, kind, id: 'x-1', alsoFiring: [rule, 'other'] });
        return lines.every((line) => line.length < 1_100 && !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(line));
      }),
      { numRuns: 200 },
    );
  });
});
