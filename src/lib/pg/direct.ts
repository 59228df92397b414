/** The connection past a pooler, where one is configured. */
import type { Config } from '../config/index.js';
import { SSL_MODES } from '../config/text.js';
import type { ConnectionChoice } from '../context.js';

type Settings = Config['database'];

/** The settings to connect with: past any pooler, and otherwise where `choice` says so. */
export function chosenSettings(settings: Settings, choice: ConnectionChoice = {}): Settings {
  const { url = settings.directUrl, database, queryTimeout } = choice;
  const direct = directSettings({ ...settings, directUrl: url });
  return {
    ...direct,
    ...(database !== undefined && { database }),
    ...(queryTimeout !== undefined && { queryTimeout }),
  };
}

/**
 * The settings to connect with: those of `directUrl` over the others. A part the address leaves out keeps its own
 * setting; `?host=` names a socket directory, `?sslmode=` and `?sslrootcert=` are as libpq has them.
 */
export function directSettings(settings: Settings): Settings {
  if (settings.directUrl === undefined) return settings;
  const secret = settings.directUrl;
  const url = new URL(secret.reveal());
  const part = (text: string, otherwise: string) => (text ? decodeURIComponent(text) : otherwise);
  const [directory, mode, sslrootcert] = ['host', 'sslmode', 'sslrootcert'].map((key) => url.searchParams.get(key));
  return {
    ...settings,
    host: directory || part(url.hostname.replace(/^\[(.*)\]$/, '$1'), settings.host),
    port: Number(url.port || settings.port),
    user: part(url.username, settings.user),
    database: part(url.pathname.slice(1), settings.database),
    sslmode: SSL_MODES.find((known) => known === mode) ?? settings.sslmode,
    ...(sslrootcert && { sslrootcert }),
    ...(url.password && { password: { ...secret, reveal: () => decodeURIComponent(url.password) } }),
  };
}
