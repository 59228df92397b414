/** Which of two severities is worse. */
import { ALERT_SEVERITIES, type AlertSeverity } from '../rule.js';

export const rankOf = (severity: AlertSeverity): number => ALERT_SEVERITIES.indexOf(severity);

export const isWorse = (one: AlertSeverity, other: AlertSeverity): boolean => rankOf(one) > rankOf(other);

export const worseOf = (one: AlertSeverity, other: AlertSeverity): AlertSeverity => (isWorse(one, other) ? one : other);
