import { applySilence, planSilence, SilenceFlags, Silencing } from '../../lib/alerts/silence.js';
import { defineCommand, planThenApply } from '../../lib/command.js';

export default defineCommand({
  operands: [['<rule>', 'name of the rule; * stands for any text, ? for any character']],
  options: [
    ['--for <duration>', 'how long, such as 2h: no silence is without an end'],
    ['--comment <text>', 'why: shown by alerts silences'],
    ['--severity <list>', 'only alerts of these severities, such as info,warning'],
    ['--author <name>', 'who asks for it (default: the account)'],
  ],
  flags: SilenceFlags,
  result: Silencing,
  changes: true,
  run: planThenApply(planSilence, applySilence),
  summary: ({ silence: { rule, until, id, quiets }, applied }) => {
    const now = quiets.length === 0 ? 'none of them fires now' : `firing now: ${quiets.join(', ')}`;
    return `${rule} ${applied ? 'is' : 'would be'} quiet until ${until} (silence ${id}); ${now}`;
  },
  view: ({ silence: { until, severities, author, comment } }, theme) =>
    theme.fields([
      ['until', theme.time(until)],
      ['severities', severities?.join(', ') ?? 'all'],
      ['author', author],
      ['comment', comment || null],
    ]),
  examples: [
    'viktoria-ops alerts silence high-error-rate --for 2h --comment "import runs"',
    "viktoria-ops alerts silence 'slow-*' --for 30m --severity info,warning",
    "viktoria-ops alerts silence '*' --for 15m --dry-run",
  ],
  sample: {
    silence: {
      id: '5f2a9c31',
      rule: 'high-error-rate',
      from: '2026-11-23T03:00:00.000Z',
      until: '2026-11-23T05:00:00.000Z',
      author: 'anna',
      comment: 'import runs',
      isActive: true,
      quiets: ['high-error-rate'],
    },
    applied: true,
  },
});
