/** Alert rules as a rule file of Prometheus, so that both evaluate alike. */
import { metrics } from '../../metrics/index.js';
import { writeDuration } from '../../units.js';
import type { Rule } from '../rule.js';
import { queryOf, toPromql } from './promql.js';

interface PrometheusRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PrometheusRules {
  readonly rules: readonly PrometheusRule[];
  /** What cannot be said in PromQL, and why. */
  readonly left: { readonly rule: string; readonly reason: string }[];
}

/** What queries leave open. */
export interface PrometheusSettings {
  /** Over which hook figures are taken, such as `15m`. */
  readonly window: string;
  /** Share of the time in which the application may be down. */
  readonly budget: number;
}

/**
 * Translates the rules; those that Prometheus cannot evaluate are named with the reason.
 * What has no words there: `clear`, `confidence`, `noDataFor`, flapping, cooldowns (the Alertmanager's `repeat_interval`).
 */
export function toPrometheusRules(rules: readonly Rule[], settings: PrometheusSettings): PrometheusRules {
  const names = new Set(rules.filter(isTranslatable).map(({ name }) => name));
  const translated = rules.map((rule) => translate(rule, names));
  const filled = (rule: PrometheusRule) => ({
    ...rule,
    expr: rule.expr.replaceAll('$window', settings.window).replaceAll('$budget', String(settings.budget)),
  });
  return {
    rules: translated.flatMap((found) => ('alert' in found ? [filled(found)] : [])),
    left: translated.flatMap((found) => ('alert' in found ? [] : [found])),
  };
}

const isTranslatable = ({ kind, condition }: Rule) => kind === 'state' && 'promql' in toPromql(condition);

function translate(rule: Rule, names: ReadonlySet<string>): PrometheusRule | PrometheusRules['left'][number] {
  if (rule.kind === 'event') return { rule: rule.name, reason: 'it tells of an event, which is no state' };
  const condition = toPromql(rule.condition, rule.minSamples);
  if ('reason' in condition) return { rule: rule.name, reason: condition.reason };
  const expr = [condition.promql, ...unlessInhibited(rule, names)].join(' ');
  return {
    alert: rule.name,
    expr: rule.noData === 'alert' ? `(${expr})${orAbsent(rule)}` : expr,
    ...(rule.forMs > 0 && { for: writeDuration(rule.forMs) }),
    ...(rule.keepFiringForMs > 0 && { keep_firing_for: writeDuration(rule.keepFiringForMs) }),
    labels: { severity: rule.severity },
    annotations: {
      summary: plain(`${rule.name}: ${rule.condition.text}`),
      ...(rule.description !== undefined && { description: plain(rule.description) }),
      ...(rule.runbook !== undefined && { runbook_url: plain(rule.runbook) }),
    },
  };
}

/** To Prometheus an annotation is a template of Go: braces that are none of its own would make it refuse the file. */
const plain = (text: string): string => text.replaceAll('{{', '{{ "{{" }}');

const unlessInhibited = ({ inhibitedBy }: Rule, names: ReadonlySet<string>): string[] =>
  inhibitedBy
    .filter((name) => names.has(name))
    .map((name) => `unless on() ALERTS{alertname=${JSON.stringify(name)},alertstate="firing"}`);

function orAbsent({ condition }: Rule): string {
  return condition.paths
    .flatMap((path) => {
      const metric = metrics.get(path);
      return metric?.promql === undefined ? [] : [` or absent(${queryOf(metric)})`];
    })
    .join('');
}
