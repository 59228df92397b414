import { defineCommand, planThenApply } from '../../lib/command.js';
import { Attended, AttendFlags, applyResolve, planAttending } from '../../lib/incidents/index.js';
import { sampleIncident } from './sample.js';

export default defineCommand({
  operands: [['<id>', 'the incident: its id, the name of its playbook or alert, or latest']],
  options: [['--note <text>', 'what ended it: part of the timeline']],
  flags: AttendFlags,
  result: Attended,
  changes: true,
  run: planThenApply(planAttending, applyResolve),
  summary: ({ incident: { id, status, acknowledgedBy }, applied }) =>
    applied
      ? `${id} is resolved`
      : `${id} is ${status}${acknowledgedBy === null ? '' : `, taken by ${acknowledgedBy}`}: nothing was changed`,
  view: ({ incident }, theme) =>
    theme.fields([
      ['since', theme.time(incident.openedAt)],
      ['trigger', incident.trigger],
      ['taken by', incident.acknowledgedBy],
      ['resolved by', incident.resolvedBy],
    ]),
  examples: [
    'viktoria-ops incidents resolve application-down',
    'viktoria-ops incidents resolve application-down-7 --note "disk was full"',
  ],
  sample: { incident: sampleIncident, applied: true },
});
