/** A past written into an archive as the monitor would have, had it watched then: for demonstrations and tests. */
import type { RollupRow } from '../history/ledger.js';
import { type ConnectionSettings, openDatabase } from './database.js';
import { createDelivery } from './delivery.js';
import { beat, type Sighting } from './heartbeat.js';
import { migrate } from './migrations.js';
import { createQueue, type Outbox } from './outbox.js';
import type { EventRow, FlagRow } from './tables.js';

/** What one process of the application saw. */
export interface Past {
  readonly instance: Sighting;
  readonly rollups?: readonly RollupRow[];
  readonly events?: readonly EventRow[];
  readonly flags?: readonly FlagRow[];
}

/** Brings the schema up to date and adds the rows. @throws when the server does not take them all */
export async function writePast(settings: ConnectionSettings, past: Past): Promise<void> {
  const { instance, rollups = [], events = [], flags = [] } = past;
  const database = openDatabase(settings);
  const errors = queueOf<EventRow>([]); // go the way of other events: there is no storm here
  const outboxes = { rollups: queueOf(rollups), events: queueOf(events), errors, flags: queueOf(flags) };
  const onNotice = (message: string) => {
    throw new Error(message);
  };
  try {
    await database.transaction(migrate);
    await database.transaction((query) => beat(query, instance));
    await createDelivery({ database, outboxes, instance: instance.id, onNotice }).deliver();
  } finally {
    await database.end();
  }
}

function queueOf<Row>(rows: readonly Row[]): Outbox<Row> {
  const queue = createQueue<Row>(rows.length);
  for (const row of rows) queue.push(row);
  return queue;
}
