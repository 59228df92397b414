/** The analysis of a large JSON log. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeJsonLog } from './json-log.js';
import { type Comparison, type Program, peakMemory, runAll } from './measure.js';

export interface LogPlace {
  readonly directory: string;
  /** 4 million are 853 MB. */
  readonly lines: number;
  readonly ours: (...args: string[]) => Program;
}

/** P8, the whole log, and P8b, what a run an hour later has to do. The log is written by the first that runs. */
export function analysis({ directory, lines, ours }: LogPlace): Comparison[] {
  const logs = join(directory, 'analysis');
  const log = join(logs, 'app.log');
  const config = join(directory, 'analysis.json');
  const prepare = () => {
    mkdirSync(logs, { recursive: true });
    if (!existsSync(log)) writeJsonLog(log, lines);
    writeFileSync(config, JSON.stringify({ stateDirectory: join(directory, 'state'), logs: { directory: logs } }));
  };
  const env = { PATH: process.env.PATH, HOME: directory, VIKTORIA_OPS_CONFIG: config };
  const analyze: Program = { ...ours('logs', 'analyze'), env };
  const increment: Program = { ...ours('logs', 'analyze', '--incremental'), env };
  const top = `jq -r 'select(.level=="error")|.message' "$0" | sed 's/[0-9]\\+/N/g' | sort | uniq -c | sort -rn | head`;
  const theirs = () => runAll([{ file: 'bash', args: ['-c', top, log] }]);
  return [
    {
      id: 'P8',
      what: 'logs analyze of 853 MB: levels, hours, hooks, templates / jq | sed | sort | uniq -c',
      bar: 1 / 8,
      pairs: 7,
      prepare,
      ours: () => runAll([analyze]),
      theirs,
      peakMegabytes: { bar: 250, measure: () => peakMemory(analyze) },
    },
    {
      id: 'P8b',
      what: 'logs analyze --incremental with nothing new / jq | sed | sort | uniq -c',
      bar: 1 / 20,
      pairs: 3,
      prepare,
      ours: () => runAll([increment]),
      theirs,
    },
  ];
}
