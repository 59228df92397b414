/** Why a check has no verdict, in words of the check. Pure. */
import type { Integrity } from '../config/integrity.js';
import type { Explanation } from '../errors.js';
import { formatDuration } from '../measures.js';

interface Limits extends Pick<Integrity, 'lockTimeout'> {
  readonly timeoutMs: number;
}

const PLAN = 'see what it costs: viktoria-ops integrity check --dry-run';

/** By the server's words, which name the SQLSTATE. */
export function explainFailure(problem: Explanation, { timeoutMs, lockTimeout }: Limits): Explanation {
  const { code, message } = problem;
  if (code === 'VOPS-DB-TIMEOUT' && message.startsWith('a lock')) {
    return {
      code,
      message: `a table was locked for longer than ${formatDuration(lockTimeout)}`,
      hint: 'see who holds it: viktoria-ops db locks; or raise integrity.lockTimeout',
    };
  }
  if (code === 'VOPS-DB-TIMEOUT') {
    return {
      code,
      message: `not done within ${formatDuration(timeoutMs)}`,
      hint: `${PLAN}; or raise its timeout`,
    };
  }
  const hint = Object.entries(HINTS).find(([state]) => message.includes(`SQLSTATE ${state}`))?.[1];
  return hint === undefined ? problem : { code, message, hint };
}

/** Source: appendix "PostgreSQL Error Codes" of the documentation. */
const ONLY_READS = 'a check only reads: write a SELECT that changes nothing';
const HINTS: Readonly<Record<string, string>> = {
  '25001': ONLY_READS,
  '25006': ONLY_READS,
  '0A000': ONLY_READS,
  '42601': 'write one SELECT, without a statement before or after it',
  '42P01': 'check the name of the table; one outside of search_path needs its schema',
  '42703': 'check the names of the columns, and that the SELECT gives those of the key',
};
