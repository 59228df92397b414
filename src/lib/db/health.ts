/** The state of the database server, section by section. */
import { newestDump } from '../backup/index.js';
import type { Context } from '../context.js';
import { type ErrorCode, OperatorError } from '../errors.js';
import type { Database } from '../pg/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { DatabaseHealth, sections } from './health/index.js';
import { Memory, remember } from './health/memory.js';
import type { Circumstances } from './health/section.js';
import { type DatabaseState, isFileError, openState } from './state.js';

export { DatabaseHealth } from './health/index.js';

/** What ends one section and leaves the others readable. */
const OF_ONE_SECTION: readonly ErrorCode[] = ['VOPS-DB-QUERY', 'VOPS-DB-TIMEOUT'];
const MEMORY = 'health';

type HealthContext = Pick<Context, 'config' | 'dryRun' | 'log' | 'now' | 'pg' | 'state'>;

/**
 * Reads every section within its own time limits; one that cannot be read is a finding, and the rest is reported. What
 * is remembered for the next run is kept if the state directory takes it.
 * Errors: `VOPS-DB-…` when the database cannot be reached, or no longer.
 */
export async function inspectDatabase(context: HealthContext): Promise<Outcome<DatabaseHealth>> {
  const config = await context.config();
  return context.pg(async (database) => {
    const state = await findState(context, database);
    const circumstances = {
      thresholds: config.database.thresholds,
      last: await state?.read(MEMORY, Memory),
      now: context.now(),
      newestBackup: async () => (await newestDump(config))?.createdAt,
    };
    const { health, findings } = await examineAll(database, circumstances);
    const memory = remember(health, circumstances.now);
    if (memory) await state?.write(MEMORY, memory).catch((error: unknown) => warn(context, error));
    return conclude(health, findings);
  });
}

async function findState(context: HealthContext, database: Database): Promise<DatabaseState | undefined> {
  try {
    return await openState(context, database);
  } catch (error) {
    warn(context, error);
    return undefined;
  }
}

function warn({ log }: HealthContext, error: unknown): void {
  if (!isFileError(error)) throw error;
  log.warn(`nothing is remembered for the next look at this database: ${error.message}`);
}

async function examineAll(database: Database, circumstances: Circumstances) {
  const findings: Finding[] = [];
  const result: Record<string, unknown> = {};
  let failure: unknown;
  for (const [name, section] of Object.entries(sections)) {
    try {
      const examined = await section.examine(database, circumstances);
      result[name] = examined.data;
      findings.push(...examined.findings);
    } catch (error) {
      // The very same error twice: the connection is gone, and so is the rest.
      if (error === failure) throw error;
      failure = error;
      result[name] = null;
      findings.push(unreadable(name, error));
    }
  }
  const isHealthy = findings.every(({ severity }) => severity === 'info');
  return { health: DatabaseHealth.parse({ ...result, isHealthy }), findings };
}

function unreadable(section: string, error: unknown): Finding {
  if (!(error instanceof OperatorError) || !OF_ONE_SECTION.includes(error.code)) throw error;
  return {
    code: 'VOPS-DB-SECTION-UNREAD',
    severity: 'unknown',
    message: `${section}: ${error.message}`,
    hint: error.hint ?? 'viktoria-ops doctor shows what the role may see, and what to grant',
  };
}
