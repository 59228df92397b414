/** Connects to the configured endpoints: TCP, and TLS where the address says https. Nothing is sent. */
import { connect, isIP, type Socket } from 'node:net';
import type { Config } from '../config/index.js';
import { systemCode } from '../errors.js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly timeoutMs: number;
}

export type Probe =
  | { readonly at: string; readonly isReachable: false; readonly reason: string }
  | {
      readonly at: string;
      readonly isReachable: true;
      readonly latencyMs: number;
      /** Remaining life of the certificate, negative once it has expired; null without TLS. */
      readonly certificateLifetimeMs: number | null;
    };

/** The application and the database; a database on a socket file has no network between. */
export function endpointsOf({ app, database }: Pick<Config, 'app' | 'database'>): Endpoint[] {
  const url = new URL(app.url);
  const isTls = url.protocol === 'https:';
  const application = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (isTls ? 443 : 80),
    isTls,
    timeoutMs: app.timeout,
  };
  if (database.host.startsWith('/')) return [application];
  return [application, { ...database, isTls: false, timeoutMs: database.connectTimeout }];
}

/** Never rejects: what went wrong is the answer. */
export async function probe(endpoint: Endpoint, signal: AbortSignal): Promise<Probe> {
  const { host, port, isTls, timeoutMs } = endpoint;
  const at = `${host}:${port}`;
  const startedAt = performance.now();
  const socket = connect({ host, port });
  const stop = () => socket.destroy();
  const timer = setTimeout(stop, timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await settled(socket, 'connect');
    const latencyMs = performance.now() - startedAt;
    return {
      at,
      isReachable: true,
      latencyMs,
      certificateLifetimeMs: isTls ? await readCertificate(socket, host) : null,
    };
  } catch (error) {
    return { at, isReachable: false, reason: reasonOf(systemCode(error)) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    stop();
  }
}

const REASONS: Readonly<Record<string, string>> = { ECONNREFUSED: 'refused', ENOTFOUND: 'unknown name' };

/** Briefly: the check of what lives there says it in a sentence. A socket closed by us has no code. */
function reasonOf(code: string | undefined): string {
  return code === undefined ? 'no answer in time' : (REASONS[code] ?? code);
}

/** Rejects with the socket's error, or with one without a code when it was closed before. */
function settled(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

/** Also a certificate we would not trust tells when it ends, so it is not verified here: the API client does that. */
async function readCertificate(socket: Socket, host: string): Promise<number> {
  const { connect: startTls } = await import('node:tls');
  const tls = startTls({ socket, ...(isIP(host) === 0 && { servername: host }), rejectUnauthorized: false });
  await settled(tls, 'secureConnect');
  return Date.parse(tls.getPeerCertificate().valid_to) - Date.now();
}
