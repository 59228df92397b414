/**
 * What the schema cannot say: one small rule each, from a valid configuration to findings. Pure; what must be looked up
 * on the disk is in `facts`.
 */
import type { Config } from '../config/index.js';
import type { Finding, Severity } from '../status.js';
import { isLoopback } from './loopback.js';

export interface Facts {
  /** Directories of the configuration that are not there. */
  readonly missingDirectories: ReadonlySet<string>;
}

export type Rule = (config: Config, facts: Facts) => readonly Finding[];

/** Every rule, in the order of the sections. */
export const RULES: readonly Rule[] = [
  addressWithoutCredentials,
  tokenOverTls,
  databaseOverTls,
  rootExists,
  logDirectoryExists,
  copyLosesLines,
  incidentNamesAreUnique,
  heartbeatOverTls,
];

function addressWithoutCredentials({ app }: Config): Finding[] {
  const { username, password } = new URL(app.url);
  if (username === '' && password === '') return [];
  return [
    warning('URL-CREDENTIALS', 'app.url holds a user or a password', 'put the secret into app.token, by reference'),
  ];
}

function tokenOverTls({ app }: Config): Finding[] {
  if (app.token === undefined || !isOpenToOthers(app.url)) return [];
  const hint = 'use https://, or reach the backend through a tunnel on localhost';
  return [warning('TOKEN-PLAINTEXT', 'app.token is sent over http: to another host, readable on the way', hint)];
}

function databaseOverTls({ database }: Config): Finding[] {
  const { host, sslmode, password } = database;
  if (password === undefined || isLoopback(host) || host.startsWith('/')) return [];
  if (sslmode !== 'disable' && sslmode !== 'prefer') return [];
  const message = `database.sslmode is ${sslmode} though the server is another host: the connection may be unencrypted`;
  return [warning('DATABASE-PLAINTEXT', message, 'set database.sslmode to verify-full, with database.sslrootcert')];
}

function rootExists({ app, isSet }: Config, { missingDirectories }: Facts): Finding[] {
  if (!missingDirectories.has(app.root)) return [];
  const severity = isSet(['app', 'root']) ? 'warning' : 'info';
  return [
    finding(severity)('ROOT-MISSING', `app.root is no directory: ${app.root}`, "set it to the backend's directory"),
  ];
}

function logDirectoryExists({ logs, isSet }: Config, { missingDirectories }: Facts): Finding[] {
  if (!isSet(['logs', 'directory']) || !missingDirectories.has(logs.directory)) return [];
  return [warning('LOGS-MISSING', `logs.directory is no directory: ${logs.directory}`, 'mend the path, or make it')];
}

function copyLosesLines({ logs }: Config): Finding[] {
  if (logs.method !== 'copytruncate') return [];
  const message = 'logs.method copytruncate can lose lines written between the copy and the cut';
  return [warning('COPYTRUNCATE', message, 'use rename with logs.reopen if the writer can reopen its file')];
}

function incidentNamesAreUnique({ incidents }: Config): Finding[] {
  return duplicates(incidents ?? []).map((name) =>
    problem('NAME-TWICE', `two incidents are called ${name}`, 'give each a name of its own'),
  );
}

function heartbeatOverTls({ heartbeatUrl }: Config): Finding[] {
  if (heartbeatUrl === undefined || !isOpenToOthers(heartbeatUrl.reveal())) return [];
  const message = 'heartbeatUrl is http: whoever reads it on the way can report success in our name';
  return [warning('HEARTBEAT-PLAINTEXT', message, 'use https://')];
}

const finding = (severity: Severity) => (what: string, message: string, hint: string) =>
  ({ code: `VOPS-CONFIG-${what}`, severity, message, hint }) satisfies Finding;
const warning = finding('warning');
const problem = finding('error');

function isOpenToOthers(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !isLoopback(hostname);
}

function duplicates(items: readonly { readonly name: string }[]): readonly string[] {
  const names = items.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
