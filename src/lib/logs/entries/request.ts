/** The line Strapi's logger middleware writes for each request: `GET /api/teams?page=2 (12 ms) 200`. */
import type { LoggedRequest } from './entry.js';

const REQUEST = /^([A-Z]{3,7}) (\/[^\s?#]*)\S* \((\d+(?:\.\d+)?) ?ms\) (\d{3})$/;

/** The request a message tells of; undefined for any other message. */
export function requestOf(message: string): LoggedRequest | undefined {
  const [, method, path, duration, status] = REQUEST.exec(message) ?? [];
  if (method === undefined || path === undefined) return undefined;
  return { method, path, durationMs: Number(duration), status: Number(status) };
}

/** What may be an identifier in a path: a number, or something long with a digit in it. */
const IDENTIFIER = /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=\D*\d)[\w-]{16,})$/i;

/** The route of a path: `/api/teams/41` is `/api/teams/:id`. */
export function routeOf(path: string): string {
  return path
    .split('/')
    .map((part) => (IDENTIFIER.test(part) ? ':id' : part))
    .join('/');
}
