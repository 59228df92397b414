/** Who may read the monitoring routes. Never asks the database: it may be what is broken. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** The verdict on a request, as an HTTP status. */
export type Admission = 'admitted' | 401 | 403;

/** Headers by which a reverse proxy says that the peer is not the client. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip'] as const;

/**
 * With a secret: whoever sends it as `Authorization: Bearer …`.
 * @param otherwise who is admitted where there is no secret
 */
export function createGate(
  secret: string | undefined,
  otherwise: (request: IncomingMessage) => boolean,
): (request: IncomingMessage) => Admission {
  if (secret === undefined) return (request) => (otherwise(request) ? 'admitted' : 403);
  const expected = digest(secret);
  return (request) => {
    // The whole rest: people take sentences for secrets, though RFC 6750 knows no blanks in them.
    const given = /^Bearer +(\S.*)$/i.exec(request.headers.authorization ?? '')?.[1]?.trimEnd() ?? '';
    // Node reads headers as Latin-1, but curl and Prometheus send a secret in UTF-8. Digests have one length, so each
    // comparison takes one time and tells nothing of the secret.
    const readings = [given, Buffer.from(given, 'latin1').toString()];
    return readings.map((text) => timingSafeEqual(digest(text), expected)).includes(true) ? 'admitted' : 401;
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Programs on this host, and not through a proxy on it, behind which the whole world has a loopback address. */
export function isLocal(request: IncomingMessage): boolean {
  if (PROXY_HEADERS.some((name) => request.headers[name] !== undefined) || !isOwnName(request)) return false;
  const address = request.socket.remoteAddress ?? '';
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Under another name it is a page that rebound its own to this host, and lets the browser of an operator read what it cannot
 * itself; or a proxy that passes on the name it was asked by, and says nothing of itself.
 */
function isOwnName({ headers }: IncomingMessage): boolean {
  const name = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}
