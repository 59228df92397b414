/** When a process of the application watched: without it, no rows and nothing happened look the same. */
import { hostname } from 'node:os';
import type { Query } from './database.js';

export interface Sighting {
  readonly id: string;
  /** Of viktoria-ops. */
  readonly version: string;
  /** ms since 1970. */
  readonly startedAt: number;
  /** ms since 1970; by the clock of the server unless said. */
  readonly seenAt?: number;
}

const HEARTBEAT = `
insert into viktoria_ops.instances (id, host, pid, version, started_at, seen_at)
values ($1, $2, $3, $4, $5, coalesce($6, now())) on conflict (id) do update set seen_at = excluded.seen_at`;

/** The process is there and watches. */
export const beat = (query: Query, { id, version, startedAt, seenAt }: Sighting): Promise<unknown> =>
  query(HEARTBEAT, [
    id,
    hostname(),
    process.pid,
    version,
    new Date(startedAt),
    seenAt === undefined ? null : new Date(seenAt),
  ]);
