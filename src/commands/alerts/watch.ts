import { WatchFlags, WatchResult, watchAlerts } from '../../lib/alerts/index.js';
import { defineCommand } from '../../lib/command.js';
import { watching } from '../../lib/incidents/index.js';

export default defineCommand({
  options: [['--interval <duration>', 'time between evaluations (default: alerting.interval)']],
  flags: WatchFlags,
  result: WatchResult,
  run: (context, flags) => watchAlerts(context, flags, watching()),
  summary: () => 'ended',
  view: () => '',
  examples: [
    'viktoria-ops alerts watch',
    'viktoria-ops alerts watch --interval 15s --config /etc/viktoria-ops/config.yaml',
  ],
  sample: {},
});
