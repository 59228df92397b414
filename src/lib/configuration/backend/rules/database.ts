/** The backend's connection to its database. */
import { isLoopback } from '../../loopback.js';
import { type BackendFacts, type Judgement, judge, risky, safe, unknown } from '../judgement.js';
import { type Value, valueAt } from '../value.js';

/** To another host: encrypted, and the server's certificate checked. */
export function databaseOverTls({ settings }: BackendFacts): Judgement[] {
  const connection = valueAt(settings, 'database', 'connection', 'connection');
  const client = valueAt(settings, 'database', 'connection', 'client');
  if (connection.kind === 'absent' || (client.kind === 'scalar' && /sqlite/.test(String(client.value)))) return [];
  const [setting, ssl] = ['database.connection.connection.ssl', valueAt(connection, 'ssl')];
  const host = valueAt(connection, 'host');
  const isLocal = host.kind === 'scalar' && isLocalHost(String(host.value));
  if (isLocal) return [safe(setting, host)];
  // A connection string takes the place of host and ssl, and can say either.
  const text = valueAt(connection, 'connectionString');
  if (host.kind !== 'scalar' || !isUnset(text)) return [unknown(setting, host)];
  return [judgeTls(setting, ssl, host)];
}

const isLocalHost = (host: string): boolean => isLoopback(host) || host.startsWith('/');

function isUnset(value: Value): boolean {
  if (value.kind === 'unknown') return value.variable?.isFallback === true; // not in .env
  return value.kind === 'absent' || (value.kind === 'scalar' && !value.value);
}

function judgeTls(setting: string, ssl: Value, host: Value): Judgement {
  if (ssl.kind === 'unknown') return unknown(setting, ssl);
  const isOff = ssl.kind === 'absent' || (ssl.kind === 'scalar' && (ssl.value === false || ssl.value === null));
  if (isOff) {
    return risky(setting, ssl.kind === 'absent' ? host : ssl, {
      what: 'BACKEND-DATABASE-PLAINTEXT',
      message: 'the database is another host, and the connection is not encrypted',
      hint: 'set DATABASE_SSL=true and give the certificate authority in ssl.ca',
    });
  }
  return judge(setting, valueAt(ssl, 'rejectUnauthorized'), {
    isRisky: (value) => value === false,
    what: 'BACKEND-DATABASE-UNVERIFIED',
    message: "the database server's certificate is not checked (rejectUnauthorized: false)",
    hint: 'give the certificate authority in ssl.ca, and set rejectUnauthorized to true',
  });
}

/** knex prints every statement with its values. */
export function queriesNotLogged({ settings, nodeEnv }: BackendFacts): Judgement[] {
  const [setting, value] = ['database.connection.debug', valueAt(settings, 'database', 'connection', 'debug')];
  if (nodeEnv === 'development' || valueAt(settings, 'database').kind === 'absent') return [];
  const message = 'every statement is printed with its values, personal data too (debug: true)';
  return [
    judge(setting, value, {
      isRisky: (debug) => debug === true,
      what: 'DEBUG',
      message,
      hint: 'set debug to false',
    }),
  ];
}
