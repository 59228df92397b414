/** A quiet evaluation of many alert rules, by the program itself. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparison, type Program, runAll } from './measure.js';

export interface RulesPlace {
  readonly directory: string;
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  readonly ours: (...args: string[]) => Program;
}

/** P12. */
export function alertRules({ directory, url, env, ours }: RulesPlace): Comparison[] {
  const evaluate = (count: number): (() => Promise<void>) => {
    const config = join(directory, `rules-${count}.json`);
    const settings = {
      app: { url },
      stateDirectory: join(directory, `rules-${count}`),
      alerting: { channels: { slack: { webhook: `${url}/slack` } }, defaultRules: false, rules: rulesOf(count) },
    };
    writeFileSync(config, JSON.stringify(settings), { mode: 0o600 });
    const program = { ...ours('alerts', 'check', '--quiet'), env: { ...env, VIKTORIA_OPS_CONFIG: config } };
    return () => runAll([program]);
  };
  return [
    {
      id: 'P12',
      what: 'alerts check, 1,000 rules / --version',
      bar: 1.5,
      pairs: 15,
      ours: evaluate(1000),
      theirs: () => runAll([ours('--version')]),
    },
    {
      id: 'P12b',
      what: 'alerts check, 10,000 rules / 1,000 rules',
      bar: 10,
      ours: evaluate(10_000),
      theirs: evaluate(1000),
    },
  ];
}

/** Of the guide's shape; none of them fires. */
function rulesOf(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `rule-${index}`,
    condition: CONDITIONS[index % CONDITIONS.length],
    severity: index % 3 === 0 ? 'critical' : 'warning',
    channels: ['slack'],
    cooldown: 300,
  }));
}

const CONDITIONS = [
  "system.status === 'critical' && hooks.errorRate > 99%",
  'hooks.errorRate > 99.9%',
  'hooks.averageExecutionTime > 10m',
  'jobs.queueSize > 1000000 or host.memoryUsage > 1.5',
];
