/** Playbooks as the automation works with them: triggers parsed, actions with their modes. */
import { createHash } from 'node:crypto';
import { type AlertSeverity, compileRules, judgeRule, loadRules, locateProblems, type Rule } from '../alerts/index.js';
import { type Condition, ConditionError, parseCondition, type Truth, type Value } from '../conditions/index.js';
import { type Config, invalidConfig, type Path, type Problem } from '../config/index.js';
import { metrics, vocabulary } from '../metrics/index.js';
import { suggest } from '../suggest.js';
import type { Mode } from './actions/action.js';
import { ACTION_NAMES, type ActionName } from './actions/index.js';

export interface PlannedAction {
  readonly action: ActionName;
  readonly mode: Mode;
  /** What must hold after it; undefined: that no trigger holds. */
  readonly postCondition: Condition | undefined;
}

type Trigger =
  | { readonly text: string; readonly rule: Rule }
  | { readonly text: string; readonly condition: Condition };

interface PlaybookProblem {
  readonly path: Path;
  readonly what: string;
}

export interface Playbook {
  readonly name: string;
  readonly severity: AlertSeverity;
  readonly triggers: readonly Trigger[];
  readonly minSamples: ReadonlyMap<string, number>;
  readonly actions: readonly PlannedAction[];
  /** Who acts: `automation:<name>@<hash of what it says>`. */
  readonly actor: string;
}

/** What is wrong with the playbooks, and where. */
export function findPlaybookProblems(config: Config): Promise<readonly Problem[]> {
  const rules = new Map(compileRules(config).rules.map((rule) => [rule.name, rule]));
  return locateProblems(config, compilePlaybooks(config, rules).problems);
}

/** The playbooks of the configuration. Errors: `VOPS-CONFIG-INVALID` with all that is wrong with them, and with the rules. */
export async function loadPlaybooks(config: Config): Promise<readonly Playbook[]> {
  const rules = await loadRules(config);
  const { playbooks, problems } = compilePlaybooks(config, new Map(rules.map((rule) => [rule.name, rule])));
  if (problems.length === 0) return playbooks;
  throw invalidConfig(await locateProblems(config, problems));
}

/** Parses all triggers and post-conditions. Pure, and throws nothing. */
export function compilePlaybooks(
  { incidents = [], automation, alerting }: Pick<Config, 'incidents' | 'automation' | 'alerting'>,
  rules: ReadonlyMap<string, Rule>,
): { readonly playbooks: readonly Playbook[]; readonly problems: readonly PlaybookProblem[] } {
  const problems: PlaybookProblem[] = [];
  const attempt = <T>(path: Path, parse: () => T): T[] => {
    try {
      return [parse()];
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      problems.push({ path, what: error.message });
      return [];
    }
  };
  const postConditions = new Map(
    ACTION_NAMES.flatMap((name) => {
      const settings = automation.actions[name];
      const text = 'postCondition' in settings ? settings.postCondition : undefined;
      const path = ['automation', 'actions', name, 'postCondition'];
      return text === undefined ? [] : attempt(path, () => [name, parseCondition(text, vocabulary)] as const);
    }),
  );
  const playbooks = incidents.map((written, index) => {
    const triggers = written.triggers.flatMap((text, at) =>
      attempt(['incidents', index, 'triggers', at], () => parseTrigger(text, rules)),
    );
    const actions = written.actions.map((given) => {
      const { action, mode } = typeof given === 'string' ? { action: given, mode: undefined } : given;
      return { action, mode: mode ?? automation.actions[action].mode, postCondition: postConditions.get(action) };
    });
    const { name, severity } = written;
    const hash = createHash('sha256').update(JSON.stringify(written)).digest('hex').slice(0, 8);
    const minSamples = samplesBehind(triggers, written.minSamples);
    return { name, severity, triggers, minSamples, actions, actor: `automation:${name}@${hash}` };
  });
  return { playbooks, problems: [...problems, ...unknownChannels(automation, alerting)] };
}

/** Nobody would hear of it, and nobody would know. */
function unknownChannels({ actions }: Config['automation'], { channels }: Config['alerting']): PlaybookProblem[] {
  const known = Object.keys(channels);
  return (['notify_team', 'notify_dba_team'] as const).flatMap((name) =>
    (actions[name].channels ?? []).flatMap((channel, index) => {
      if (known.includes(channel)) return [];
      const meant = suggest(channel, known);
      const what = meant === undefined ? 'no channel of this name' : `no channel of this name; did you mean ${meant}?`;
      return [{ path: ['automation', 'actions', name, 'channels', index], what }];
    }),
  );
}

function parseTrigger(text: string, rules: ReadonlyMap<string, Rule>): Trigger {
  const rule = rules.get(text);
  if (rule?.kind === 'event') {
    throw new ConditionError(
      0,
      `the alert ${text} never fires, it only happens; write its condition: ${rule.condition.text}`,
    );
  }
  if (rule) return { text, rule };
  try {
    return { text, condition: parseCondition(text, vocabulary) };
  } catch (error) {
    const meant = error instanceof ConditionError ? suggest(text, [...rules.keys()]) : undefined;
    if (meant === undefined) throw error;
    throw new ConditionError(0, `no alert rule of this name; did you mean ${meant}?`);
  }
}

/** The counts behind the rates and means of the triggers, and the least that makes them known. */
function samplesBehind(triggers: readonly Trigger[], least: number): ReadonlyMap<string, number> {
  const counts = conditionPaths(triggers).flatMap((path) => metrics.get(path)?.samples ?? []);
  return new Map(least === 0 ? [] : counts.map((path) => [path, least]));
}

const conditionPaths = (triggers: readonly Trigger[]): readonly string[] =>
  triggers.flatMap((trigger) => ('condition' in trigger ? trigger.condition.paths : trigger.rule.condition.paths));

/** The metrics that the playbooks need. */
export function pathsOf(playbooks: readonly Playbook[]): string[] {
  const paths = playbooks.flatMap(({ triggers, actions, minSamples }) => [
    ...conditionPaths(triggers),
    ...actions.flatMap(({ postCondition }) => postCondition?.paths ?? []),
    ...minSamples.keys(),
    ...triggers.flatMap((trigger) => ('rule' in trigger ? [...trigger.rule.minSamples.keys()] : [])),
  ]);
  return [...new Set(paths)];
}

/** How a playbook's triggers stand. */
export interface TriggerState {
  readonly truth: Truth;
  /** Those that hold, as they are written. */
  readonly holding: readonly string[];
  /** The metrics they name. */
  readonly values: Readonly<Record<string, Value>>;
}

/**
 * Any trigger sets it off; it has ended once none holds and all are known.
 * @param firing the alerts that fire; where nobody has evaluated them, an alert stands for its condition
 */
export function judgeTriggers(
  { triggers, minSamples }: Playbook,
  values: ReadonlyMap<string, Value>,
  firing?: ReadonlySet<string>,
): TriggerState {
  const truthOf = (trigger: Trigger): Truth => {
    if ('condition' in trigger) return judgeRule({ ...PLAIN, ...trigger, minSamples }, values).truth;
    return firing ? firing.has(trigger.rule.name) : judgeRule(trigger.rule, values).truth;
  };
  const judged = triggers.map((trigger) => ({ text: trigger.text, truth: truthOf(trigger) }));
  const holding = judged.filter(({ truth }) => truth === true).map(({ text }) => text);
  const isUnknown = judged.some(({ truth }) => truth === null);
  const shown = Object.fromEntries(conditionPaths(triggers).map((path) => [path, values.get(path) ?? null]));
  return { truth: holding.length > 0 ? true : isUnknown ? null : false, holding, values: shown };
}

const PLAIN = { clear: undefined, confidence: undefined } as const;
