import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Standby = z.object({
  name: z.string(),
  client: z.string().nullable(),
  /** Null when our role may not see it. */
  state: z.string().nullable(),
  lagBytes: Numeric.nullable(),
  lagSeconds: Numeric.nullable(),
});
const Slot = z.object({
  name: z.string(),
  isActive: z.boolean(),
  /** Null before PostgreSQL 13, and when nothing was reserved yet. */
  walStatus: z.string().nullable(),
  retainedBytes: Numeric.nullable(),
});
const Row = z.object({
  isStandby: z.boolean(),
  standbys: z.array(Standby),
  slots: z.array(Slot),
  /** Of this server as a standby; null on a primary. 0 when all that was received is replayed. */
  replayDelaySeconds: Numeric.nullable(),
  isStreaming: z.boolean().nullable(),
});
export type ReplicationState = z.infer<typeof Row>;

/**
 * Standbys and slots of this server, and how far behind it is itself as a standby. The time of the last replayed
 * transaction grows on an idle primary, so it counts only while something is received and not yet replayed.
 */
export const replicationState = {
  sql: `
    with position as (
      select case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end as lsn
    )
    select
      pg_is_in_recovery() as "isStandby",
      coalesce((
        select jsonb_agg(jsonb_build_object(
          'name', application_name, 'client', host(client_addr), 'state', state,
          'lagBytes', pg_wal_lsn_diff(lsn, replay_lsn), 'lagSeconds', extract(epoch from replay_lag))
          order by replay_lsn)
        from pg_stat_replication, position), '[]') as standbys,
      coalesce((
        select jsonb_agg(jsonb_build_object(
          'name', slot_name, 'isActive', active, 'walStatus', to_jsonb(slot) ->> 'wal_status',
          'retainedBytes', pg_wal_lsn_diff(lsn, restart_lsn)) order by restart_lsn)
        from pg_replication_slots slot, position), '[]') as slots,
      case when pg_is_in_recovery() then
        case when pg_last_wal_receive_lsn() is not distinct from pg_last_wal_replay_lsn() then 0
          else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) end end as "replayDelaySeconds",
      case when pg_is_in_recovery() then exists (select from pg_stat_wal_receiver where status = 'streaming') end
        as "isStreaming"`,
  row: Row,
} satisfies Query<ReplicationState>;
