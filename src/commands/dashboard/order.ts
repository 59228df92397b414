/** In which order a panel tells things. */
import { STATUSES, type Status } from '../../lib/status.js';

/** The worst first; what is equally bad as it came. */
export const troubledFirst = <Item extends { readonly status: Status }>(items: readonly Item[]): Item[] =>
  items.toSorted((one, other) => STATUSES.indexOf(other.status) - STATUSES.indexOf(one.status));

/** The largest count first. */
export const mostFirst = (counts: Readonly<Record<string, number>>): [name: string, count: number][] =>
  Object.entries(counts).sort(([, one], [, other]) => other - one);
