import { ChannelTest, ChannelTestFlags, testChannel } from '../../lib/alerts/index.js';
import { defineCommand } from '../../lib/command.js';

export default defineCommand({
  operands: [['<channel>', 'as alerting.channels names it']],
  flags: ChannelTestFlags,
  result: ChannelTest,
  run: testChannel,
  summary: ({ channel, outcome, reason }) =>
    outcome === 'delivered'
      ? `${channel} took the test message`
      : `${channel} did not take the test message: ${reason}`,
  view: () => '',
  examples: ['viktoria-ops alerts test-channel slack', 'viktoria-ops alerts test-channel email --json'],
  sample: { channel: 'slack', outcome: 'delivered', reason: null },
});
