import { defineCommand, planThenApply } from '../../lib/command.js';
import { applyRotation, planRotation, RotateFlags, Rotation } from '../../lib/logs/index.js';
import { formatBytes } from '../../lib/measures.js';

export default defineCommand({
  flags: RotateFlags,
  result: Rotation,
  changes: true,
  run: planThenApply(planRotation, applyRotation),
  summary: ({ applied, totals }) => {
    const [rotated, deleted] = applied ? ['rotated', 'deleted'] : ['to rotate', 'to delete'];
    const failed = totals.failed === 0 ? '' : `, ${totals.failed} failed`;
    const all = `${formatBytes(totals.sizeBytes)} in ${totals.files} logs`;
    return `${totals.rotated} ${rotated}, ${totals.deleted} ${deleted}, ${totals.left} left${failed} (${all})`;
  },
  view: ({ directory, actions }, theme) => {
    if (actions.length === 0) return '';
    const rows = actions.map(({ file, action, outcome, sizeBytes, compressedBytes, target, reason }) => [
      file,
      action,
      outcome,
      theme.bytes(sizeBytes),
      theme.bytes(compressedBytes),
      target,
      reason,
    ]);
    const head = ['file', 'action', 'outcome', 'size', 'compressed', 'now', 'reason'];
    return `${theme.fields([['directory', directory]])}\n${theme.table(head, rows)}`;
  },
  examples: ['viktoria-ops logs rotate', 'viktoria-ops logs rotate --dry-run', 'viktoria-ops logs rotate --json'],
  sample: {
    directory: '/srv/app/backend/logs',
    applied: true,
    method: 'rename',
    compression: 'zstd',
    actions: [
      {
        file: 'app.log',
        action: 'rotate',
        reason: 'larger than logs.rotateAbove',
        sizeBytes: 140_000_000,
        target: 'app.log-20261123T030000Z.zst',
        compressedBytes: 17_200_000,
        outcome: 'done',
      },
      { file: 'error.log', action: 'skip', reason: 'not larger than logs.rotateAbove', sizeBytes: 812_000 },
      {
        file: 'app.log-20261115T030000Z.zst',
        action: 'delete',
        reason: 'older than logs.keepFor',
        sizeBytes: 16_900_000,
        outcome: 'done',
      },
    ],
    totals: {
      files: 3,
      sizeBytes: 157_712_000,
      rotated: 1,
      compressed: 1,
      deleted: 1,
      left: 1,
      deferred: 0,
      failed: 0,
    },
  },
});
