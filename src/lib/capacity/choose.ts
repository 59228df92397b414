/** Which resources are meant. */
import * as z from 'zod';
import { OperatorError } from '../errors.js';
import { suggest } from '../suggest.js';
import type { ResourceHistory } from './history.js';
import { kindOf } from './resources.js';

/** `disk` means every disk, `disk /` one; several are separated by commas. */
export const Metric = z.string().min(1).optional();

/** Errors: `VOPS-USAGE` for a name that is none. */
export function chooseResources(
  histories: readonly ResourceHistory[],
  metric: string | undefined,
): readonly ResourceHistory[] {
  if (metric === undefined || histories.length === 0) return histories;
  const wanted = metric.split(',').map((name) => name.trim());
  for (const name of wanted) {
    if (!histories.some(({ resource }) => isMeant(resource, name))) throw unknown(name, histories);
  }
  return histories.filter(({ resource }) => wanted.some((name) => isMeant(resource, name)));
}

const isMeant = (resource: string, name: string) => resource === name || kindOf(resource) === name;

function unknown(name: string, histories: readonly ResourceHistory[]): OperatorError {
  const kinds = [...new Set(histories.map(({ resource }) => kindOf(resource)))];
  const resources = histories.map(({ resource }) => resource);
  const meant = suggest(name, [...kinds, ...resources]);
  return new OperatorError('VOPS-USAGE', `there is no history of ${name}`, {
    hint: meant === undefined ? `there is one of: ${kinds.join(', ')}` : `did you mean ${meant}?`,
  });
}
