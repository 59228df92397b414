/** Brings what waits into its tables, a batch a transaction, without the rows that PostgreSQL will never take. */
import type { Database } from './database.js';
import type { Outbox } from './outbox.js';
import { type EventRow, type Outboxes, TABLES, type Table, toJson } from './tables.js';

export interface Delivery {
  /** Throws when the database cannot be written now; what is not settled by then is offered again. */
  readonly deliver: () => Promise<void>;
  /** Rows left out for what they hold. */
  readonly refused: () => number;
}

export interface DeliveryOptions {
  readonly database: Database;
  readonly outboxes: Outboxes;
  readonly instance: string;
  /** Told once when writing begins to fail, once when it works again, and of the first row that is left out. */
  readonly onNotice: (message: string) => void;
}

/** One statement's worth. */
const ROWS_AT_ONCE = 1_000;
const NAMES = ['rollups', 'events', 'errors', 'flags'] as const satisfies readonly (keyof Outboxes)[];

export function createDelivery({ database, outboxes, instance, onNotice }: DeliveryOptions): Delivery {
  let refused = 0;
  const leaveOut = (error: unknown) => {
    if (refused === 0) onNotice(`rows of history are left out, which PostgreSQL does not take: ${String(error)}`);
    refused += 1;
  };
  return {
    async deliver() {
      for (const name of NAMES) {
        // The table and the outbox of one name hold the same rows; the compiler cannot follow the name through both.
        const [table, outbox] = [TABLES[name], outboxes[name]] as unknown as [Table<EventRow>, Outbox<EventRow>];
        const write = (rows: readonly EventRow[]) => {
          const values = [toJson(table, rows), instance];
          return database.transaction((query) => query(table.statement, values));
        };
        await drain(outbox, { write, leaveOut });
      }
    },
    refused: () => refused,
  };
}

interface Writing<Row> {
  readonly write: (rows: readonly Row[]) => Promise<unknown>;
  readonly leaveOut: (error: unknown) => void;
}

async function drain<Row>(outbox: Outbox<Row>, writing: Writing<Row>): Promise<void> {
  for (let rows = outbox.take(ROWS_AT_ONCE); rows.length > 0; rows = outbox.take(ROWS_AT_ONCE)) {
    await writeMost(rows, writing);
    outbox.settle(rows);
    if (rows.length < ROWS_AT_ONCE) return; // what came meanwhile has time until the next beat
  }
}

/** One bad row must not hold up the others: a refused batch is halved until the row is found. */
async function writeMost<Row>(rows: readonly Row[], writing: Writing<Row>): Promise<void> {
  try {
    await writing.write(rows);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (rows.length === 1) return writing.leaveOut(error);
    const half = Math.ceil(rows.length / 2);
    await writeMost(rows.slice(0, half), writing);
    await writeMost(rows.slice(half), writing);
  }
}

/**
 * SQLSTATE classes that speak of the rows and not of the server: one row twice, data, constraints, limits of a program
 * such as the size of an index entry (PostgreSQL, appendix A).
 */
const REFUSALS = /^(21|22|23|54)/;

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && REFUSALS.test(error.code);
