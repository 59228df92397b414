/** The configuration checked section by section, so that the schemas of what nobody has set are never built. */
import * as z from 'zod';
import { checkRules } from './check-rules.js';
import { type Checked, check, type Issue, unknownKey } from './issues.js';
import { lazily } from './lazily.js';
import { firstOf } from './problems.js';
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

function checkEach({ shape }: z.ZodObject, tree: Tree): Checked<Tree> {
  const known = Object.entries(tree).flatMap(([name, value]) => {
    const section = Object.hasOwn(shape, name) ? shape[name] : undefined;
    return section ? [{ name, ...checkOnce(section, value) }] : [];
  });
  const unknown = firstOf(Object.keys(tree).filter((name) => !Object.hasOwn(shape, name)));
  const issues = [
    ...known.flatMap(({ name, issues = [] }) => below(name, issues)),
    ...unknown.map((name) => unknownKey(name, Object.keys(shape))),
  ];
  return issues.length > 0 ? { issues } : { data: Object.fromEntries(known.map(({ name, data }) => [name, data])) };
}

const below = (name: string, issues: readonly Issue[]): readonly Issue[] =>
  issues.map((issue) => ({ ...issue, path: [name, ...issue.path] }));

const { alerting: ALERTING } = ConfigSections.shape;

/** Environments share what they do not override, and most of a file is the same with its references resolved. */
function checkOnce(schema: z.core.$ZodType, value: unknown): Checked<unknown> {
  const work = () => (schema === ALERTING ? checkAlerting(value) : check(schema, value));
  return typeof value === 'object' && value !== null ? once(schema, value, work) : work();
}

/** By what is checked, and by what: in YAML one value can stand in two places. */
const checked = new WeakMap<object, WeakMap<object, Checked<unknown>>>();

function once(by: object, value: object, work: () => Checked<unknown>): Checked<unknown> {
  const results = checked.get(by) ?? new WeakMap<object, Checked<unknown>>();
  checked.set(by, results);
  const result = results.get(value) ?? work();
  results.set(value, result);
  return result;
}

/** The rules apart: a thousand of them take longer than all the rest, and stay the same beside a webhook by reference. */
function checkAlerting(section: unknown): Checked<unknown> {
  const written: unknown = isTree(section) ? section.rules : undefined;
  if (!(isTree(section) && Array.isArray(written))) return check(ALERTING, section);
  const rest = check(ALERTING, { ...section, rules: [] });
  const rules = once(checkRules, written, () => checkRules(written));
  const issues = [...(rest.issues ?? []), ...below('rules', rules.issues ?? [])];
  return issues.length > 0 ? { issues } : { data: { ...rest.data, rules: rules.data } };
}
