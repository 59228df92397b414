import { formatFigure, keepSample, Recorded, RecordFlags, takeSample, unitOf } from '../../lib/capacity/index.js';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  flags: RecordFlags,
  result: Recorded,
  changes: true,
  run: planThenApply(takeSample, keepSample),
  summary: ({ sample, directory }) =>
    `${countOf(Object.keys(sample.resources).length, 'resource')} ${directory === null ? 'would be kept' : 'kept'}`,
  view: ({ sample }, theme) =>
    theme.table(
      ['resource', 'value', 'limit', 'used'],
      Object.entries(sample.resources).map(([resource, { value, limit }]) => [
        resource,
        formatFigure(unitOf(resource), value),
        limit === null ? null : formatFigure(unitOf(resource), limit),
        limit === null || limit === 0 ? null : theme.percent(Math.round((value / limit) * 1_000) / 1_000),
      ]),
    ),
  examples: ['viktoria-ops capacity record', 'viktoria-ops capacity record --dry-run'],
  sample: {
    sample: {
      at: '2026-11-23T03:00:00.000Z',
      resources: {
        'disk /': { value: 61_000_000_000, limit: 100_000_000_000 },
        'database viktoria_wertheim': { value: 734_003_200, limit: null },
        connections: { value: 12, limit: 97 },
        'sequence public.matches_id_seq': { value: 0.31, limit: 1 },
      },
    },
    directory: '/var/lib/viktoria-ops/capacity/production',
  },
});
