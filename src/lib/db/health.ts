/** The state of the database server, section by section. */
import type { Context } from '../context.js';
import { type ErrorCode, OperatorError } from '../errors.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { DatabaseHealth, sections } from './health/index.js';

export { DatabaseHealth } from './health/index.js';

/** What ends one section and leaves the others readable. */
const OF_ONE_SECTION: readonly ErrorCode[] = ['VOPS-DB-QUERY', 'VOPS-DB-TIMEOUT'];

/**
 * Reads every section within its own time limits; one that cannot be read is a finding, and the rest is reported.
 * Errors: `VOPS-DB-…` when the database cannot be reached, or no longer.
 */
export async function inspectDatabase({
  config,
  pg,
}: Pick<Context, 'config' | 'pg'>): Promise<Outcome<DatabaseHealth>> {
  const { thresholds } = (await config()).database;
  return pg(async (database) => {
    const findings: Finding[] = [];
    const result: Record<string, unknown> = {};
    let failure: unknown;
    for (const [name, section] of Object.entries(sections)) {
      try {
        const examined = await section.examine(database, thresholds);
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
    return conclude(DatabaseHealth.parse({ ...result, isHealthy: findings.length === 0 }), findings);
  });
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
