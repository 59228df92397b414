/** Which rights each of the three roles needs, and why. Pure. */
import { quoteLiteral, quoteName } from '../../pg/identifier.js';
import type { GrantFacts } from '../../pg/queries/grant-facts.js';
import type { Grants } from '../grants.js';

type Statement = Grants['statements'][number];
type Right = Pick<Statement, 'sql' | 'why'>;

/** First version with pg_read_all_data. */
const READS_ALL_DATA = 140_000;
/** First version with pg_maintain and the privilege MAINTAIN. */
const MAINTAINS = 170_000;

/** Owners that no role is made a member of, for it could then do everything. */
export const withheldOwners = ({ version, superusers }: GrantFacts): readonly string[] =>
  version >= MAINTAINS ? [] : superusers;

/** Every statement can be run again. */
export function statementsFor(facts: GrantFacts, prefix: string): readonly Statement[] {
  return RIGHTS.flatMap(([purpose, rightsOf]) => {
    const role = `${prefix}_${purpose}`;
    const all = [...creation(role, facts), ...rightsOf(quoteName(role), facts)];
    return all.map((right) => ({ role, purpose, ...right }));
  });
}

function creation(role: string, { database }: GrantFacts): readonly Right[] {
  const name = quoteName(role);
  const create = `CREATE ROLE ${name} LOGIN CONNECTION LIMIT 5`;
  return [
    {
      sql: `DO $do$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${quoteLiteral(role)}) THEN ${create}; END IF; END $do$`,
      why: `a role without a password: give it one in psql with \\password ${name}, so that it is in no log`,
    },
    { sql: `GRANT CONNECT ON DATABASE ${quoteName(database)} TO ${name}`, why: 'where PUBLIC may not connect' },
  ];
}

const readOnly = (name: string): Right => ({
  sql: `ALTER ROLE ${name} SET default_transaction_read_only = on`,
  why: 'it has nothing to write',
});

function readEverything(name: string, { version, schemas, owners }: GrantFacts, why: string): readonly Right[] {
  if (version >= READS_ALL_DATA) return [{ sql: `GRANT pg_read_all_data TO ${name}`, why }];
  return schemas.flatMap((schema) => {
    const inSchema = quoteName(schema);
    const later = owners.flatMap((owner) =>
      ['TABLES', 'SEQUENCES'].map((kind) => ({
        sql: `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteName(owner)} IN SCHEMA ${inSchema} GRANT SELECT ON ${kind} TO ${name}`,
        why: 'what a migration makes later, too',
      })),
    );
    return [
      { sql: `GRANT USAGE ON SCHEMA ${inSchema} TO ${name}`, why },
      { sql: `GRANT SELECT ON ALL TABLES IN SCHEMA ${inSchema} TO ${name}`, why },
      { sql: `GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${inSchema} TO ${name}`, why },
      ...later,
    ];
  });
}

function inspecting(name: string, facts: GrantFacts): readonly Right[] {
  const why = 'the statistics of columns and the values of sequences are shown to those who may read the data';
  return [
    readOnly(name),
    {
      sql: `GRANT pg_monitor TO ${name}`,
      why: 'sees the sessions, statements and settings of all, and may read sizes',
    },
    ...readEverything(name, facts, why),
    ...bypassing(name, facts, STATISTICS),
    ...facts.checkFunctions.map((signature) => ({
      sql: `GRANT EXECUTE ON FUNCTION ${signature} TO ${name}`,
      why: 'amcheck is for superusers unless granted',
    })),
  ];
}

function maintaining(name: string, facts: GrantFacts): readonly Right[] {
  const { version, owners } = facts;
  const withheld = withheldOwners(facts);
  const seeing = { sql: `GRANT pg_monitor TO ${name}`, why: 'names the transactions that a rebuild would wait for' };
  if (version >= MAINTAINS) {
    return [
      seeing,
      {
        sql: `GRANT pg_maintain TO ${name}`,
        why: 'VACUUM, ANALYZE and REINDEX of every table; dropping what an interrupted REINDEX left takes its owner',
      },
      {
        sql: `GRANT pg_read_all_data TO ${name}`,
        why: 'pg_maintain covers tables, and neither the schemas they are in nor the statistics that show what is bloated',
      },
      ...bypassing(name, facts, STATISTICS),
    ];
  }
  return [
    seeing,
    ...owners
      .filter((owner) => !withheld.includes(owner))
      .map((owner) => ({
        sql: `GRANT ${quoteName(owner)} TO ${name}`,
        why: 'before PostgreSQL 17 only the owner may VACUUM and REINDEX: this role may then do all that the owner may',
      })),
  ];
}

function backingUp(name: string, facts: GrantFacts): readonly Right[] {
  return [
    readOnly(name),
    {
      sql: `ALTER ROLE ${name} SET lc_messages = 'C'`,
      why: 'what the server says to pg_dump and pg_restore is understood, whatever its language',
    },
    ...readEverything(name, facts, 'a dump reads every table and sequence, those of later migrations too'),
    ...bypassing(name, facts, 'a dump would fail, or lack rows'),
  ];
}

const STATISTICS = 'the statistics of its columns are hidden';

const bypassing = (name: string, { hasRowSecurity }: GrantFacts, otherwise: string): readonly Right[] =>
  hasRowSecurity
    ? [{ sql: `ALTER ROLE ${name} BYPASSRLS`, why: `a table has row security: without this ${otherwise}` }]
    : [];

const RIGHTS = [
  ['inspect', inspecting],
  ['maintain', maintaining],
  ['backup', backingUp],
] as const;
