import * as z from 'zod';
import { formatPercent } from '../../measures.js';
import { qualifiedName, quoteName } from '../../pg/identifier.js';
import { type SequenceUsage, sequenceUsage } from '../../pg/queries/sequence-usage.js';
import type { Finding } from '../../status.js';
import { type Circumstances, defineSection } from './section.js';

const Sequences = z.object({
  /** The nearest to their end first: a few, and all that are too near. */
  fullest: z.array(
    z.object({
      sequence: z.string(),
      /** The column it feeds; null when it belongs to none. */
      column: z.string().nullable(),
      lastValue: z.number(),
      limit: z.number(),
      /** Share used up, 0..1. */
      usage: z.number(),
    }),
  ),
  total: z.number(),
  /** Those whose value our role may not see. */
  hidden: z.number(),
  role: z.string(),
});
type Sequences = z.infer<typeof Sequences>;

const SHOWN = 5;

/** Sequences, and the columns they feed, that will run out of numbers. */
export const sequences = defineSection({
  data: Sequences,
  read: async (database, { thresholds }) => {
    const rows = await database.query(sequenceUsage);
    const isFull = ({ usage }: SequenceUsage) => usage !== null && usage >= thresholds.sequenceUsage.warning;
    return {
      fullest: rows
        .filter((row, place) => place < SHOWN || isFull(row))
        .flatMap(({ schema, name, column, lastValue, limit, usage }) =>
          lastValue === null || usage === null
            ? []
            : [{ sequence: qualifiedName(schema, name), column, lastValue, limit, usage }],
        ),
      total: rows.length,
      hidden: rows.filter(({ isReadable }) => !isReadable).length,
      role: rows[0]?.role ?? '',
    };
  },
  judge: judgeSequences,
});

function judgeSequences(
  { fullest, hidden, role }: Pick<Sequences, 'fullest' | 'hidden' | 'role'>,
  { thresholds: { sequenceUsage: level } }: Pick<Circumstances, 'thresholds'>,
): readonly Finding[] {
  const findings = fullest
    .filter(({ usage }) => usage >= level.warning)
    .map(
      ({ sequence, column, usage }): Finding => ({
        code: 'VOPS-DB-SEQUENCE',
        severity: usage >= level.critical ? 'error' : 'warning',
        message: `sequence ${sequence}${column === null ? '' : ` of ${column}`} has used up ${formatPercent(usage)} of its numbers`,
        hint: 'inserts fail at the end: make the column and the sequence bigint',
      }),
    );
  if (hidden === 0) return findings;
  const unseen: Finding = {
    code: 'VOPS-DB-SEQUENCES-HIDDEN',
    severity: 'unknown',
    message: `role ${role} may not see the values of ${hidden} sequences`,
    hint: `as a superuser: GRANT pg_read_all_data TO ${quoteName(role)} (before PostgreSQL 14: GRANT SELECT on the sequences)`,
  };
  return [...findings, unseen];
}
