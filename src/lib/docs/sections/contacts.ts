import type { Config } from '../../config/index.js';
import { table, text } from '../block.js';
import type { Section } from '../section.js';

/** Who hears of alerts. Names and numbers of people are for the region below it. */
export const contacts: Section = {
  id: 'contacts',
  title: 'Contacts',
  write: async ({ config }) => [
    text('Alerts go to these channels; who is called, and when, is written below by hand.'),
    table(['channel', 'type', 'who'], channelRows(config), 'No channel is configured: alerts reach nobody.'),
  ],
};

function channelRows({ alerting }: Config): string[][] {
  return Object.entries(alerting.channels).flatMap(([name, channel]) => {
    if (channel === undefined) return [];
    const type = 'type' in channel && typeof channel.type === 'string' ? channel.type : name;
    return [[name, type, receiversOf(channel)]];
  });
}

/** Addresses that open a door, such as webhooks, are left out. */
function receiversOf(channel: object): string {
  if ('recipients' in channel && Array.isArray(channel.recipients)) return channel.recipients.join(', ');
  return 'channel' in channel && typeof channel.channel === 'string' ? channel.channel : '–';
}
