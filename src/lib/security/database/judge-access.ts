/** What an operator should know of the ways into the database, and of what is open to every role. Pure. */
import type { Finding } from '../../status.js';
import { isLoopback } from '../addresses.js';
import type { DatabaseAccess } from '../checks/database.js';

type Rule = NonNullable<DatabaseAccess['hba']>[number];
type Settings = DatabaseAccess['settings'];

export function judgeAccess(seen: Omit<DatabaseAccess, 'roles' | 'passwords'>): readonly Finding[] {
  return [
    ...(seen.hba?.flatMap((rule) => judgeRule(rule, seen.settings)) ?? [HBA_UNSEEN]),
    ...judgeTransport(seen.settings),
    ...judgeGrants(seen.grants),
    ...judgeExtensions(seen.extensions),
  ];
}

/** Nothing to be alarmed of: only a superuser may see it unless it was granted. */
const HBA_UNSEEN: Finding = {
  code: 'VOPS-SECURITY-HBA-UNSEEN',
  severity: 'info',
  message: 'pg_hba.conf was not looked at: the role may not read it',
  hint: 'as a superuser: GRANT SELECT ON pg_hba_file_rules TO the role; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO it',
};

function judgeRule(rule: Rule, settings: Settings): Finding[] {
  const isLocal = rule.type === 'local' || rule.address === 'samehost' || isLoopback(rule.address ?? '');
  const isSecret = rule.type === 'hostssl' || rule.type === 'hostgssenc';
  const who = `${rule.users.join(', ')} on ${rule.databases.join(', ')} from ${isLocal ? 'this host' : from(rule)}`;
  const finding = (found: Finding): Finding[] => [
    { ...found, message: `pg_hba.conf, line ${rule.line} ${found.message}` },
  ];
  if (rule.error !== null) {
    return finding({
      code: 'VOPS-SECURITY-HBA-FAULT',
      severity: 'warning',
      message: `cannot be used: ${rule.error}`,
      hint: 'mend it before the server is restarted: it would not start',
    });
  }
  if (rule.method === 'trust') {
    return finding({
      code: 'VOPS-SECURITY-HBA-TRUST',
      severity: isLocal ? 'warning' : 'error',
      message: `lets in ${who} without a password`,
      hint: 'scram-sha-256 in place of trust, then SELECT pg_reload_conf()',
    });
  }
  if (isLocal || isSecret || rule.method === 'reject' || !isListening(settings)) return [];
  const isPlain = rule.method === 'password';
  return finding({
    code: isPlain ? 'VOPS-SECURITY-HBA-CLEARTEXT' : 'VOPS-SECURITY-HBA-NO-TLS',
    severity: isPlain ? 'error' : 'warning',
    message: isPlain ? `takes the password of ${who} in the clear` : `lets in ${who} without TLS`,
    hint: `hostssl in place of ${rule.type}, once every client uses TLS${isPlain ? '; scram-sha-256 in place of password' : ''}`,
  });
}

const from = ({ address, netmask }: Rule): string => (netmask === null ? `${address}` : `${address} ${netmask}`);

/** On addresses that other hosts reach. */
const isListening = ({ listenAddresses }: Settings): boolean =>
  listenAddresses.split(',').some((address) => address.trim() !== '' && !isLoopback(address.trim()));

function judgeTransport(settings: Settings): Finding[] {
  const { ssl, listenAddresses, clientAddress, isEncrypted } = settings;
  if (clientAddress !== null && !isLoopback(clientAddress) && !isEncrypted) {
    return [
      {
        code: 'VOPS-SECURITY-DATABASE-CLEARTEXT',
        severity: 'warning',
        message: `this very session, from ${clientAddress}, is without TLS: data can be read on the way`,
        hint: ssl
          ? 'set database.sslmode to verify-full (DATABASE_SSL in the backend)'
          : 'turn ssl on in postgresql.conf, then set database.sslmode to verify-full',
      },
    ];
  }
  if (ssl || !isListening(settings)) return [];
  return [
    {
      code: 'VOPS-SECURITY-DATABASE-NO-TLS',
      severity: 'warning',
      message: `the server listens on ${listenAddresses} and speaks no TLS`,
      hint: "turn ssl on in postgresql.conf, or have it listen on localhost alone: ALTER SYSTEM SET listen_addresses = 'localhost'",
    },
  ];
}

const WORDS = {
  creatableSchemas: {
    code: 'VOPS-SECURITY-SCHEMA-CREATE',
    message: 'every role may create objects in',
    hint: (schema: string) => `REVOKE CREATE ON SCHEMA ${schema} FROM PUBLIC`,
  },
  openTables: {
    code: 'VOPS-SECURITY-TABLE-PUBLIC',
    message: 'every role has rights on',
    hint: (table: string) => `REVOKE ALL ON ${table} FROM PUBLIC`,
  },
  defaultGrants: {
    code: 'VOPS-SECURITY-DEFAULT-GRANTS',
    message: 'every role will have rights on what is yet to be made by',
    hint: () => 'ALTER DEFAULT PRIVILEGES FOR ROLE … REVOKE ALL ON … FROM PUBLIC; see \\ddp in psql',
  },
  definerFunctions: {
    code: 'VOPS-SECURITY-DEFINER',
    message: 'with the rights of a superuser, and names resolved as the caller likes, run',
    hint: (name: string) => `ALTER FUNCTION ${name} SET search_path = pg_catalog, pg_temp`,
  },
} as const satisfies Record<keyof DatabaseAccess['grants'], unknown>;

const NAMED = 5;

function judgeGrants(grants: DatabaseAccess['grants']): Finding[] {
  return (['creatableSchemas', 'openTables', 'defaultGrants', 'definerFunctions'] as const).flatMap((kind) => {
    const names = grants[kind];
    const { code, message, hint } = WORDS[kind];
    const [first] = names;
    if (first === undefined) return [];
    const named = `${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? `, and ${names.length - NAMED} more` : ''}`;
    return [{ code, severity: 'warning', message: `${message} ${named}`, hint: hint(first) }];
  });
}

const judgeExtensions = (extensions: DatabaseAccess['extensions']): Finding[] =>
  extensions.map(({ name, installed, available }) => ({
    code: 'VOPS-SECURITY-EXTENSION',
    severity: 'info',
    message: `extension ${name} is ${installed} here, and the server has ${available}`,
    hint: `ALTER EXTENSION "${name}" UPDATE`,
  }));
