/** The sections checked, with the alert rules apart: a thousand of them take longer than all the rest. */
import type * as z from 'zod';
import { type AlertRule, AlertRules } from './alerting.js';
import { type Checked, check } from './issues.js';
import { ConfigFile, ConfigSections } from './schema.js';
import { type Tree, valueAt, withValue } from './tree.js';

/** Checks a file as it stands. */
export const checkFile = (tree: Tree): Checked<unknown> => checkApart(ConfigFile, tree);

/** Checks one environment of it. */
export const checkSections = (tree: Tree): Checked<ConfigSections> => checkApart(ConfigSections, tree);

const RULES = ['alerting', 'rules'] as const;

function checkApart<Output extends ConfigSections>(schema: z.ZodType<Output>, tree: Tree): Checked<Output> {
  const rules = valueAt(tree, RULES);
  if (!Array.isArray(rules)) return check(schema, tree);
  const rest = check(schema, withValue(tree, RULES, []));
  const list = checkRules(rules);
  if (rest.data && list.data) return { data: { ...rest.data, alerting: { ...rest.data.alerting, rules: list.data } } };
  const below = (list.issues ?? []).map((issue) => ({ ...issue, path: [...RULES, ...issue.path] }));
  return { issues: [...(rest.issues ?? []), ...below] };
}

/** Once for all environments that share the list, and for the file with and without its references resolved. */
function checkRules(rules: readonly unknown[]): Checked<readonly AlertRule[]> {
  const result = checked.get(rules) ?? check(AlertRules, rules);
  checked.set(rules, result);
  return result;
}

const checked = new WeakMap<readonly unknown[], Checked<AlertRule[]>>();
