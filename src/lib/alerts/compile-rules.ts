/** From the configuration to rules that the engine can work with. */

import { type Condition, ConditionError } from '../conditions/index.js';
import {
  type AlertRule,
  type Config,
  describeOrigin,
  formatPath,
  invalidConfig,
  type Path,
  type Problem,
} from '../config/index.js';
import { metrics } from '../metrics/index.js';
import { suggest } from '../suggest.js';
import { type ConditionParser, createConditionParser } from './condition-parser.js';
import { defaultRules, type RuleSettings } from './default-rules/index.js';
import { inhibitionCycles } from './inhibition-cycles.js';
import { ALERT_SEVERITIES, type AlertSeverity, type Rule } from './rule.js';

export interface RuleProblem {
  readonly path: Path;
  readonly what: string;
}

export interface CompiledRules {
  /** Those of the configuration first, then the default ones it does not replace. */
  readonly rules: readonly Rule[];
  /** Empty when all is well; a rule with a problem is not among `rules`. */
  readonly problems: readonly RuleProblem[];
}

/**
 * The rules in force. Errors: `VOPS-CONFIG-INVALID` with all problems and their places, so that a set of rules is taken as
 * a whole or not at all.
 */
export async function loadRules(config: RuleSettings & Pick<Config, 'origins'>): Promise<readonly Rule[]> {
  const { rules, problems } = compiled.get(config) ?? compileRules(config);
  compiled.set(config, { rules, problems });
  if (problems.length === 0) return rules;
  throw invalidConfig(await locateProblems(config, problems));
}

/** One command asks for the rules of its configuration several times: the alerts, and the playbooks they set off. */
const compiled = new WeakMap<RuleSettings, CompiledRules>();

/** Parses and links all rules. Pure, and throws nothing. */
export function compileRules(settings: RuleSettings): CompiledRules {
  const { alerting } = settings;
  const defaults = new Map(defaultRules(settings).map((rule) => [rule.name, rule]));
  const own = new Set(alerting.rules.map(({ name }) => name));
  const kept = alerting.defaultRules ? [...defaults.values()].filter(({ name }) => !own.has(name)) : [];
  const names = new Set([...own, ...kept.map(({ name }) => name)]);
  const channels = new Map(Object.entries(alerting.channels).filter(([, channel]) => channel !== undefined));
  const reached = channelsBySeverity(channels);
  const problems: RuleProblem[] = [];
  const parse = createConditionParser();
  const linkingAt = (...path: Path): Linking => ({
    parse,
    names,
    channels,
    reached,
    refuse: (below, what) => problems.push({ path: ['alerting', ...path, ...below], what }),
  });
  const rules = [
    ...alerting.rules.map((rule, index) =>
      compileRule(inherit(rule, defaults.get(rule.name), names), linkingAt('rules', index)),
    ),
    ...kept.map((rule) => compileRule(rule, linkingAt('defaultRules'))),
  ].filter((rule) => rule !== undefined);
  problems.push(...duplicateNames(alerting.rules), ...inhibitionCycles(rules, alerting.rules));
  return { rules, problems };
}

/** Problems with the places in the file where they stand. */
export async function locateProblems(
  { origins }: Pick<Config, 'origins'>,
  problems: readonly RuleProblem[],
): Promise<readonly Problem[]> {
  if (problems.length === 0) return [];
  const originOf = await origins();
  return problems.map(({ path, what }) => ({ place: describeOrigin(originOf(path)), key: formatPath(path), what }));
}

/** What a rule of the configuration leaves open, the default rule that it replaces may say. */
function inherit(rule: AlertRule, replaced: AlertRule | undefined, names: ReadonlySet<string>): AlertRule {
  if (replaced === undefined) return rule;
  return {
    ...rule,
    description: rule.description ?? replaced.description,
    runbook: rule.runbook ?? replaced.runbook,
    inhibitedBy: rule.inhibitedBy ?? replaced.inhibitedBy?.filter((name) => names.has(name)),
  };
}

type Names = Pick<ReadonlySet<string>, 'has' | 'keys'>;

/** What a rule is linked with. */
interface Linking {
  readonly parse: ConditionParser;
  readonly names: Names;
  readonly channels: Names;
  /** The channels that take alerts of a severity. */
  readonly reached: Readonly<Record<AlertSeverity, readonly string[]>>;
  /** Records a problem at a path below the rule. */
  readonly refuse: (below: Path, what: string) => void;
}

function compileRule(settings: AlertRule, linking: Linking): Rule | undefined {
  const { name, severity, inhibitedBy = [] } = settings;
  const condition = linkCondition('condition', settings.condition, linking);
  const clear = linkCondition('clear', settings.clear, linking);
  refuseUnknown(inhibitedBy, linking.names, (index, what) => linking.refuse(['inhibitedBy', index], `no rule ${what}`));
  const channels = linkChannels(settings, linking);
  if (condition === undefined) return undefined;
  return {
    name,
    severity,
    condition,
    clear,
    channels,
    cooldownMs: settings.cooldown,
    forMs: settings.for,
    keepFiringForMs: settings.keepFiringFor,
    minSamples: samplesNeeded([condition, ...(clear ? [clear] : [])], settings.minSamples),
    confidence: settings.confidence,
    noData: settings.noData,
    noDataForMs: settings.noDataFor,
    inhibitedBy,
    escalate: escalationOf(settings, linking),
    kind: settings.kind,
    description: settings.description,
    runbook: settings.runbook,
  };
}

function linkCondition(key: string, text: string | undefined, { parse, refuse }: Linking): Condition | undefined {
  const parsed = text === undefined ? undefined : parse(text);
  if (!(parsed instanceof ConditionError)) return parsed;
  refuse([key], parsed.message);
  return undefined;
}

/** Those named; where none are, each that takes alerts of this severity. */
function linkChannels({ severity, channels, escalate }: AlertRule, linking: Linking): readonly string[] {
  const below =
    (...path: Path) =>
    (index: number, what: string) =>
      linking.refuse([...path, index], `no channel ${what}`);
  refuseUnknown(channels ?? [], linking.channels, below('channels'));
  refuseUnknown(escalate?.channels ?? [], linking.channels, below('escalate', 'channels'));
  return channels ?? linking.reached[severity];
}

/** A rule that names no channels reaches more of them once it is more severe. */
function escalationOf({ severity, channels, escalate }: AlertRule, { reached }: Linking): Rule['escalate'] {
  if (escalate === undefined) return undefined;
  const worst = worse(severity, escalate.severity);
  const others = channels === undefined ? reached[worst] : [];
  return { afterMs: escalate.after, severity: worst, channels: [...others, ...escalate.channels] };
}

function channelsBySeverity(
  channels: ReadonlyMap<string, { readonly minSeverity: AlertSeverity }>,
): Linking['reached'] {
  const reachedBy = (severity: AlertSeverity) =>
    [...channels].filter(([, { minSeverity }]) => worse(severity, minSeverity) === severity).map(([name]) => name);
  return { critical: reachedBy('critical'), warning: reachedBy('warning'), info: reachedBy('info') };
}

function refuseUnknown(names: readonly string[], known: Names, refuse: (index: number, what: string) => void): void {
  for (const [index, name] of names.entries()) {
    if (known.has(name)) continue;
    const meant = suggest(name, [...known.keys()]);
    refuse(index, meant === undefined ? 'of this name' : `of this name; did you mean ${meant}?`);
  }
}

const worse = (one: AlertSeverity, other: AlertSeverity): AlertSeverity =>
  ALERT_SEVERITIES.indexOf(one) > ALERT_SEVERITIES.indexOf(other) ? one : other;

function samplesNeeded(conditions: readonly Condition[], least: number): ReadonlyMap<string, number> {
  const needed = new Map<string, number>();
  if (least === 0) return needed;
  for (const path of conditions.flatMap(({ paths }) => paths)) {
    const count = metrics.get(path)?.samples;
    if (count !== undefined) needed.set(count, least);
  }
  return needed;
}

function duplicateNames(rules: readonly AlertRule[]): RuleProblem[] {
  const first = new Map<string, number>();
  return rules.flatMap(({ name }, index) => {
    if (!first.has(name)) first.set(name, index);
    if (first.get(name) === index) return [];
    return [{ path: ['alerting', 'rules', index, 'name'], what: 'another rule has this name' }];
  });
}
