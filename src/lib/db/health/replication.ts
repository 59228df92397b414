import * as z from 'zod';
import { formatBytes, formatDuration } from '../../measures.js';
import { only } from '../../pg/only.js';
import { replicationState } from '../../pg/queries/replication-state.js';
import type { Finding } from '../../status.js';
import { type Circumstances, defineSection } from './section.js';

const Replication = z.object({
  isStandby: z.boolean(),
  standbys: z.array(
    z.object({
      name: z.string(),
      client: z.string().nullable(),
      state: z.string().nullable(),
      lagBytes: z.number().nullable(),
      lagSeconds: z.number().nullable(),
    }),
  ),
  slots: z.array(
    z.object({
      name: z.string(),
      isActive: z.boolean(),
      walStatus: z.string().nullable(),
      retainedBytes: z.number().nullable(),
    }),
  ),
  replayDelaySeconds: z.number().nullable(),
  isStreaming: z.boolean().nullable(),
});
type Replication = z.infer<typeof Replication>;

/** How far the standbys are behind, or this one; and slots that keep the write-ahead log for nobody. */
export const replication = defineSection({
  data: Replication,
  read: async (database) => only(await database.query(replicationState)),
  judge: judgeReplication,
});

export function judgeReplication(
  state: Replication,
  { thresholds: { replicationLag } }: Pick<Circumstances, 'thresholds'>,
): readonly Finding[] {
  const lag = (who: string, seconds: number | null): Finding[] =>
    seconds !== null && seconds * 1_000 > replicationLag
      ? [
          {
            code: 'VOPS-DB-REPLICATION-LAG',
            severity: 'warning',
            message: `${who} is ${formatDuration(seconds * 1_000)} behind`,
            hint: 'look at the network, and for long queries on the standby',
          },
        ]
      : [];
  return [
    ...state.standbys.flatMap(({ name, lagSeconds }) => lag(`standby ${name}`, lagSeconds)),
    ...lag('this standby', state.replayDelaySeconds),
    ...state.slots.flatMap(judgeSlot),
  ];
}

function judgeSlot({ name, isActive, walStatus, retainedBytes }: Replication['slots'][number]): Finding[] {
  const drop = `if nobody needs it: select pg_drop_replication_slot('${name}')`;
  if (walStatus === 'lost') {
    const message = `replication slot ${name} has lost the write-ahead log it needs`;
    return [{ code: 'VOPS-DB-SLOT', severity: 'error', message, hint: 'build its standby or subscriber anew' }];
  }
  if (isActive && walStatus !== 'unreserved') return [];
  const kept = retainedBytes === null ? '' : `, and keeps ${formatBytes(retainedBytes)} of write-ahead log`;
  const message = isActive
    ? `replication slot ${name} is about to lose the write-ahead log it needs`
    : `nobody reads replication slot ${name}${kept}: in the end it fills the disk`;
  return [{ code: 'VOPS-DB-SLOT', severity: 'warning', message, hint: drop }];
}
