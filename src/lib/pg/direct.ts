/** The connection past a pooler, where one is configured. */
import type { Config } from '../config/index.js';
import type { ConnectionChoice } from '../context.js';

type Settings = Config['database'];

const SSL_MODES: readonly Settings['sslmode'][] = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'];

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
 * setting; `?host=` names a socket directory, as libpq has it.
 */
export function directSettings(settings: Settings): Settings {
  if (settings.directUrl === undefined) return settings;
  const secret = settings.directUrl;
  const url = new URL(secret.reveal());
  const part = (text: string | null, otherwise: string) => (text ? decodeURIComponent(text) : otherwise);
  const wantedMode = url.searchParams.get('sslmode');
  return {
    ...settings,
    host: part(url.searchParams.get('host') ?? url.hostname.replace(/^\[(.*)\]$/, '$1'), settings.host),
    port: Number(url.port || settings.port),
    user: part(url.username, settings.user),
    database: part(url.pathname.slice(1), settings.database),
    sslmode: SSL_MODES.find((mode) => mode === wantedMode) ?? settings.sslmode,
    ...(url.password && { password: { ...secret, reveal: () => decodeURIComponent(url.password) } }),
  };
}
