/** Addresses as they are counted and shown. */
import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Security } from '../../config/security.js';

/** Whoever has one IPv6 address has the 2^64 beside it: they count as one. */
export function sourceOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? `${prefixOf(address, 4)}::/64`;
}

type Form = Security['accessLog']['addresses'];

/** How sources are shown. A code is made with a key that is thrown away: it tells nothing beyond its report. */
export function createDisplay(form: Form): (source: string) => string {
  const key = randomBytes(32);
  const forms: Record<Form, (source: string) => string> = {
    full: (source) => source,
    network: (source) =>
      source.includes(':') ? `${prefixOf(source.replace(/\/64$/, ''), 3)}::/48` : source.replace(/\.\d+$/, '.0/24'),
    code: (source) => `client-${createHmac('sha256', key).update(source).digest('hex').slice(0, 8)}`,
  };
  return forms[form];
}

/** The first groups of an IPv6 address, each without leading zeros. */
function prefixOf(address: string, groups: number): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const all = [...front, ...Array.from({ length: zeros }, () => '0'), ...back];
  return all
    .slice(0, groups)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
