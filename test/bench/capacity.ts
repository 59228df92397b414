/** Forecasts from a year of minutes, in both forms a file of samples has. */
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparison, type Program, peakMemory, runAll } from './measure.js';

export interface CapacityPlace {
  readonly directory: string;
  readonly ours: (...args: string[]) => Program;
}

const SERIES = ['disk', 'inodes', 'database', 'connections', 'memory', 'requests'];
const MINUTES = 525_600;
const MINUTES_A_WRITE = 5_000;

/** The quickest way to have every line parsed: large chunks, and no event for each line. */
const PARSE_ALL = `
  let rest = '';
  for await (const chunk of fs.createReadStream(process.argv[1], { highWaterMark: 1 << 20, encoding: 'latin1' })) {
    const lines = (rest + chunk).split('\\n');
    rest = lines.pop();
    for (const line of lines) JSON.parse(line);
  }`;

export function capacity({ directory, ours }: CapacityPlace): Comparison[] {
  const against = (id: string, form: 'a line a figure' | 'a line a minute'): Comparison => {
    const path = join(directory, `${id}.jsonl`);
    const program = {
      ...ours('capacity', 'predict', '--from', path),
      env: { PATH: process.env.PATH, HOME: directory },
    };
    const rival = `(async () => {${PARSE_ALL}})()`;
    return {
      id,
      what: `capacity predict, a year of minutes, 6 series, ${form} / JSON.parse of each line`,
      bar: 1.5,
      pairs: 7,
      prepare: () => {
        if (!existsSync(path)) writeSamples(path, form === 'a line a figure');
      },
      ours: () => runAll([program]),
      theirs: () => runAll([{ file: process.execPath, args: ['-e', rival, path] }]),
      peakMegabytes: { bar: 300, measure: () => peakMemory(program) },
    };
  };
  return [against('P11', 'a line a figure'), against('P11b', 'a line a minute')];
}

function writeSamples(path: string, isLong: boolean): void {
  const file = openSync(path, 'w');
  const start = Date.parse('2025-11-23T00:00:00Z');
  let pending: string[] = [];
  for (let minute = 0; minute < MINUTES; minute++) {
    const at = new Date(start + minute * 60_000).toISOString();
    const figures = SERIES.map((metric, index) => {
      const value = Number((100 + index * 50 + minute * 1e-4 + Math.random() * 10).toFixed(3));
      return { metric, value };
    });
    if (isLong) pending.push(...figures.map((figure) => JSON.stringify({ at, ...figure })));
    else
      pending.push(JSON.stringify({ at, ...Object.fromEntries(figures.map(({ metric, value }) => [metric, value])) }));
    if (minute % MINUTES_A_WRITE > 0 && minute < MINUTES - 1) continue;
    writeSync(file, `${pending.join('\n')}\n`);
    pending = [];
  }
  closeSync(file);
}
