/** The configuration checked section by section, so that the schemas of what nobody has set are never built. */
import * as z from 'zod';
import { AlertRules } from './alerting.js';
import { type Checked, check, type Issue, unknownKey } from './issues.js';
import { lazily } from './lazily.js';
import { ConfigFile, ConfigSections } from './schema.js';
import { isTree, type Tree } from './tree.js';

/** What somebody has set. */
export type GivenSections = Partial<ConfigSections>;

/** Checks a file as it stands. */
export const checkFile = (tree: Tree): Checked<unknown> => checkEach(ConfigFile, tree);

/** Checks one environment of it. */
export function checkSections(tree: Tree): Checked<GivenSections> {
  return checkEach(ConfigSections, tree) as Checked<GivenSections>; // each value by the schema of its name
}

/** All sections. Those that nobody has set hold their defaults, each made when it is first read: most never are. */
export function withDefaults(given: GivenSections): ConfigSections {
  const left = Object.entries(ConfigSections.shape).filter(
    ([name, schema]) => !(name in given || schema instanceof z.ZodOptional),
  );
  const makers = Object.fromEntries(left.map(([name, schema]) => [name, () => schema.parse(undefined)]));
  return lazily(given, makers) as ConfigSections; // likewise
}

function checkEach(schema: z.ZodObject, tree: Tree): Checked<Tree> {
  const parts = Object.entries(tree).map(([name, value]) => {
    const section = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
    if (section === undefined) return { name, issues: [unknownKey(name, [], schema)] };
    const { data, issues = [] } = checkOnce(section, value);
    return { name, data, issues: below(name, issues) };
  });
  const issues = parts.flatMap((part) => part.issues);
  return issues.length > 0 ? { issues } : { data: Object.fromEntries(parts.map(({ name, data }) => [name, data])) };
}

const below = (name: string, issues: readonly Issue[]): readonly Issue[] =>
  issues.map((issue) => ({ ...issue, path: [name, ...issue.path] }));

/** Environments share what they do not override, and most of a file is the same with its references resolved. */
function checkOnce(schema: z.core.$ZodType, value: unknown): Checked<unknown> {
  if (typeof value !== 'object' || value === null) return check(schema, value);
  const results = checked.get(schema) ?? new WeakMap<object, Checked<unknown>>();
  checked.set(schema, results);
  const result = results.get(value) ?? (schema === ALERTING ? checkAlerting(value) : check(schema, value));
  results.set(value, result);
  return result;
}

const checked = new WeakMap<z.core.$ZodType, WeakMap<object, Checked<unknown>>>();
const { alerting: ALERTING } = ConfigSections.shape;

/** The rules apart: a thousand of them take longer than all the rest, and stay the same beside a webhook by reference. */
function checkAlerting(section: object): Checked<unknown> {
  if (!(isTree(section) && Array.isArray(section.rules))) return check(ALERTING, section);
  const rest = check(ALERTING, { ...section, rules: [] });
  const rules = checkOnce(AlertRules, section.rules);
  const issues = [...(rest.issues ?? []), ...below('rules', rules.issues ?? [])];
  return issues.length > 0 ? { issues } : { data: { ...rest.data, rules: rules.data } };
}
