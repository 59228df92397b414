/** What the application lives on: this host, and the connections of PostgreSQL. */
import { critical, type Draft, levelOf, MINUTE_MS, type RuleSettings, warning } from './draft.js';

export function host({ kpis: { memoryUsage, diskUsage } }: RuleSettings): Draft[] {
  const either = (level: number) => `host.diskUsage > ${level} or host.inodeUsage > ${level}`;
  return [
    critical('memory-exhausted', `host.memoryUsage > ${levelOf(memoryUsage, 'critical')}`, {
      description: 'This host is about to run out of memory.',
      for: MINUTE_MS,
    }),
    warning('high-memory-usage', `host.memoryUsage > ${levelOf(memoryUsage, 'warning')}`, {
      description: 'Memory of this host is scarce.',
      for: 5 * MINUTE_MS,
      inhibitedBy: ['memory-exhausted'],
    }),
    critical('disk-nearly-full', either(levelOf(diskUsage, 'critical')), {
      description: 'A file system of this host is about to be full.',
    }),
    warning('high-disk-usage', either(levelOf(diskUsage, 'warning')), {
      description: 'A file system of this host fills up.',
      inhibitedBy: ['disk-nearly-full'],
    }),
  ];
}

export function connections({ database }: RuleSettings): Draft[] {
  const { connectionUsage } = database.thresholds;
  return [
    critical('connections-exhausted', `database.connectionUsage > ${connectionUsage.critical}`, {
      description: 'PostgreSQL has hardly a connection left.',
      inhibitedBy: ['database-down'],
    }),
    warning('many-connections', `database.connectionUsage > ${connectionUsage.warning}`, {
      description: 'Most connections of PostgreSQL are taken.',
      for: 5 * MINUTE_MS,
      inhibitedBy: ['database-down', 'connections-exhausted'],
    }),
  ];
}
