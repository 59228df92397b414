import { defineCommand, planThenApply } from '../../lib/command.js';
import { Attended, AttendFlags, applyAck, planAttending } from '../../lib/incidents/index.js';
import { sampleIncident } from './sample.js';

export default defineCommand({
  operands: [['<id>', 'the incident: its id, the name of its playbook or alert, or latest']],
  options: [['--note <text>', 'what you know so far: part of the timeline']],
  flags: AttendFlags,
  result: Attended,
  changes: true,
  run: planThenApply(planAttending, applyAck),
  summary: ({ incident: { id, status, acknowledgedBy }, applied }) =>
    applied
      ? `${id} is yours`
      : `${id} is ${status}${acknowledgedBy === null ? '' : `, taken by ${acknowledgedBy}`}: nothing was changed`,
  view: ({ incident }, theme) =>
    theme.fields([
      ['since', theme.time(incident.openedAt)],
      ['trigger', incident.trigger],
      ['taken by', incident.acknowledgedBy],
      ['resolved by', incident.resolvedBy],
    ]),
  examples: [
    'viktoria-ops incidents ack application-down',
    'viktoria-ops incidents ack application-down-7 --note "looking at it"',
  ],
  sample: { incident: sampleIncident, applied: true },
});
