/** A rule as the engine works with it: parsed, complete, every duration in milliseconds. */
import type { Condition } from '../conditions/index.js';

/** From bad to worst. */
export const ALERT_SEVERITIES = ['info', 'warning', 'critical'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

/** Two-sided. */
export type Confidence = 0.9 | 0.95 | 0.99;

export interface Rule {
  readonly name: string;
  readonly severity: AlertSeverity;
  /** Fires while this is true. */
  readonly condition: Condition;
  /** A firing alert ends only once this is true; default: once `condition` is false. */
  readonly clear: Condition | undefined;
  /** Names of channels, each of them configured. */
  readonly channels: readonly string[];
  /** Least time between two reminders on one channel; never delays an escalation or a resolution. */
  readonly cooldownMs: number;
  /** How long the condition must hold before the alert fires. */
  readonly forMs: number;
  /** How long a firing alert stays so after the condition has ended. */
  readonly keepFiringForMs: number;
  /** Fewer samples than this behind a ratio or a mean: the condition is unknown. Path of the count → least count. */
  readonly minSamples: ReadonlyMap<string, number>;
  /** Shares must be proven this well, by Wilson's score interval, before a condition over them holds. */
  readonly confidence: Confidence | undefined;
  /** What an unknown condition means once it has been so for `noDataForMs`. */
  readonly noData: 'keep' | 'ok' | 'alert';
  readonly noDataForMs: number;
  /** While one of these fires, this one is evaluated and recorded but not announced. */
  readonly inhibitedBy: readonly string[];
  /** Fires on for this long without an end: more severe, or to more channels. */
  readonly escalate:
    | { readonly afterMs: number; readonly severity: AlertSeverity; readonly channels: readonly string[] }
    | undefined;
  /** `event`: each rise of the value is one message, and there is nothing to resolve (a configuration change). */
  readonly kind: 'state' | 'event';
  readonly description: string | undefined;
  /** Where to read what to do: an address, or a section of the handbook. */
  readonly runbook: string | undefined;
}
