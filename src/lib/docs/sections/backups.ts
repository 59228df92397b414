import { listBackups, type Manifest, openStore } from '../../backup/index.js';
import { formatBytes } from '../../measures.js';
import { table, text } from '../block.js';
import type { Section } from '../section.js';

/** The newest of each kind that can be relied on, and how far it was proven. */
export const backups: Section = {
  id: 'backups',
  title: 'Backups',
  write: async ({ config, context }) => {
    const { result } = await listBackups(context, { remote: false });
    const { daily, weekly, monthly, yearly, minimum } = config.backup.retention;
    const { backups: manifests } = await (await openStore(context, { remote: false })).list();
    const rows = result.groups.map(({ group, newestGood, good }) => {
      const backup = result.backups.find(({ id }) => id === newestGood);
      const ids = new Set(result.backups.filter((listed) => listed.group === group).map(({ id }) => id));
      return [
        group,
        backup?.id ?? 'none',
        backup?.createdAt ?? '–',
        backup?.level == null ? 'never' : `level ${backup.level} of 3`,
        backup ? formatBytes(backup.sizeBytes) : '–',
        backup?.copies.join(', ') || 'here only',
        String(good),
        lastProof(manifests.filter(({ id }) => ids.has(id))),
      ];
    });
    return [
      text(
        `Kept of each: the last of ${daily} days, ${weekly} weeks, ${monthly} months and ${yearly} years, and never fewer than ${minimum} good ones.`,
      ),
      table(
        ['of', 'newest good one', 'made at', 'proven to', 'size', 'copies', 'good ones', 'last proven by a restore'],
        rows,
        'There is no backup yet.',
      ),
    ];
  },
};

/** When one of them was last restored and compared. */
function lastProof(manifests: readonly Pick<Manifest, 'verified'>[]): string {
  const proofs = manifests.flatMap(({ verified = [] }) => verified.filter(({ level }) => level === 3));
  return (
    proofs
      .map(({ at }) => at)
      .sort()
      .at(-1) ?? 'never'
  );
}
