import { defineCommand } from '../../lib/command.js';
import {
  describeAnswer,
  describeUsage,
  FlagUsageReport,
  formatShare,
  reportFlagUsage,
  UsageFlags,
} from '../../lib/flags/index.js';
import { countOf } from '../../lib/measures.js';
import { newTable } from './sample.js';

export default defineCommand({
  options: [['--window <duration>', 'how far back to count (default: 30d)']],
  flags: UsageFlags,
  result: FlagUsageReport,
  run: reportFlagUsage,
  summary: ({ flags, windowDays }) => {
    const evaluations = flags.reduce((sum, { usage }) => sum + (usage?.evaluations ?? 0), 0);
    const read = flags.some(({ usage }) => usage !== null);
    const count = read ? `${countOf(evaluations, 'evaluation')} in ${windowDays} days` : 'no history';
    const stale = flags.filter(({ states }) => states.includes('stale')).length;
    return `${countOf(flags.length, 'flag')}: ${count}, ${stale} stale`;
  },
  view: ({ flags }, theme) => {
    if (flags.length === 0) return '';
    const rows = flags.map((flag) => [
      flag.name,
      describeAnswer(flag),
      theme.count(flag.usage?.evaluations),
      formatShare(flag.usage?.enabledShare ?? null),
      flag.usage?.lastDay,
      describeUsage(flag),
      flag.states.join(', '),
    ]);
    return theme.table(['flag', 'now', 'evaluations', 'on', 'last day', 'answer', 'problem'], rows);
  },
  spansEnvironments: true,
  examples: ['viktoria-ops feature-flags usage', 'viktoria-ops feature-flags usage --window 90d'],
  sample: { windowDays: 30, flags: [{ ...newTable, references: null }] },
});
