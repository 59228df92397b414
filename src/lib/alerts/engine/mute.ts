/** What keeps an alert quiet: it is evaluated and recorded all the same, and announced once nothing keeps it quiet. */
import type { AlertSeverity, Rule } from '../rule.js';
import type { Evaluation, Matcher } from './evaluation.js';
import { isOpen } from './window.js';

/** Says what mutes an alert of this rule and severity; undefined when nothing does. */
export type Muting = (rule: Rule, severity: AlertSeverity) => string | undefined;

/** `firing` are the names of the rules that fire now. */
export function mutingBy(
  { silences, windows, now }: Pick<Evaluation, 'silences' | 'windows' | 'now'>,
  firing: ReadonlySet<string>,
): Muting {
  const quiet = [
    ...silences
      .filter(({ from, until }) => from <= now && now < until)
      .map((silence) => ({ name: `silence ${silence.id}`, matches: matchesOf(silence) })),
    ...windows
      .filter((window) => isOpen(window, now))
      .map((window) => ({ name: `maintenance window ${window.name}`, matches: matchesOf(window) })),
  ];
  return (rule, severity) => {
    const inhibitor = rule.inhibitedBy.find((name) => name !== rule.name && firing.has(name));
    if (inhibitor !== undefined) return `inhibited by ${inhibitor}`;
    return quiet.find(({ matches }) => matches(rule.name, severity))?.name;
  };
}

/** Whether a rule and severity are among those meant. */
export function matchesOf({ rule, severities }: Matcher): (name: string, severity: AlertSeverity) => boolean {
  const escaped = rule.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  const pattern = new RegExp(`^${escaped.replace(/\*+/g, '.*').replaceAll('?', '.')}$`, 'su');
  return (name, severity) => (severities === undefined || severities.includes(severity)) && pattern.test(name);
}
