import type { ShownIncident } from '../../lib/incidents/index.js';

/** The incident of the examples. */
export const sampleIncident: ShownIncident['incident'] = {
  schemaVersion: 1,
  id: 'application-down-7',
  key: 'application-down',
  source: 'playbook',
  episode: 7,
  status: 'acknowledged',
  severity: 'critical',
  trigger: 'health_check_failed',
  environment: 'production',
  host: 'web1',
  openedAt: '2026-11-23T03:01:00.000Z',
  acknowledgedAt: '2026-11-23T03:03:00.000Z',
  acknowledgedBy: 'anna',
  resolvedAt: null,
  resolvedBy: null,
  awaitsEnd: false,
  reopened: 0,
  values: { 'system.status': 'critical' },
  peak: {},
  ticket: null,
  timeline: [
    { at: '2026-11-23T03:01:00.000Z', kind: 'opened', actor: 'automation', text: 'health_check_failed' },
    { at: '2026-11-23T03:03:00.000Z', kind: 'acknowledged', actor: 'anna', text: 'looking at it' },
  ],
};
