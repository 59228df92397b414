/** What the programs of PostgreSQL say that is about the server or the role, and nothing about the backup. */
import { type ErrorCode, OperatorError } from '../../errors.js';

const FAULTS: readonly (readonly [words: RegExp, code: ErrorCode, hint: string])[] = [
  [
    /server closed the connection|terminating connection|connection to server|the database system is/,
    'VOPS-DB-UNREACHABLE',
    'was the server restarted, or the session ended by someone? Run the command again',
  ],
  [
    /permission denied|(only|must be) superuser|must be (owner|able to SET ROLE)|Only roles with the/i,
    'VOPS-DB-DENIED',
    'the role lacks a right: restore as a superuser, or see viktoria-ops db grants',
  ],
  [
    /could not (open|access) (extension control file|file)|is not available/,
    'VOPS-DB-DENIED',
    'the server lacks an extension that the database uses: install it there',
  ],
  [
    /tablespace "[^"]*" does not exist/i,
    'VOPS-DB-DENIED',
    'make the tablespace there first: globals.sql of the backup has the statement',
  ],
  [
    /canceling statement|lock timeout|out of shared memory/,
    'VOPS-DB-TIMEOUT',
    'see what the server was busy with: viktoria-ops db locks',
  ],
];

/** The error that these words of a program stand for; undefined where they may be about the backup. */
export function faultOfServer(words: string, cause: unknown): OperatorError | undefined {
  const known = FAULTS.find(([pattern]) => pattern.test(words));
  if (known === undefined) return undefined;
  const [, code, hint] = known;
  return new OperatorError(code, words, { hint, cause });
}
