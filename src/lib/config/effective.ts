/** The values in force, as plain data: what a file would have to say to get them. */
import type { Path } from './origin.js';
import { type Config, ConfigSections } from './schema.js';
import { asWritten } from './schema-at.js';
import { isSecret } from './secret.js';
import { isTree, type Tree } from './tree.js';

/** The sections, nested as in a file: secrets as `***`, durations and sizes with their unit. */
export function effectiveValues(config: Config): Tree {
  const order = Object.keys(ConfigSections.shape);
  const sections = Object.entries(config)
    .filter(([name]) => order.includes(name))
    .toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other));
  return Object.fromEntries(sections.map(([name, value]) => [name, shown(value, [name])]));
}

function shown(value: unknown, path: Path): unknown {
  if (isSecret(value)) return '***';
  if (Array.isArray(value)) return value.map((item, index) => shown(item, [...path, index]));
  if (!isTree(value)) return asWritten(ConfigSections, { path, value });
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item, [...path, key])]));
}
