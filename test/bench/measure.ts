/** Ratios measured side by side: ours and theirs in turn, medians of the pairs. Machines are noisy; ratios less so. */
import { spawn } from 'node:child_process';

/** One program run to its end, whatever it prints. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Exit codes that count as done. */
  readonly ok?: readonly number[];
}

export interface Comparison {
  readonly id: string;
  readonly what: string;
  /** Largest acceptable ratio of our time to theirs. */
  readonly bar: number;
  readonly ours: () => Promise<void>;
  readonly theirs: () => Promise<void>;
  /** Runs before each measurement, not timed. */
  readonly prepare?: () => void | Promise<void>;
  readonly pairs?: number;
  /** Peak memory of our run and its bound, where the bar has one. */
  readonly peakMegabytes?: { readonly bar: number; readonly measure: () => Promise<number> };
}

export interface Measured {
  readonly id: string;
  readonly what: string;
  readonly oursMs: number;
  readonly theirsMs: number;
  readonly ratio: number;
  readonly bar: number;
  readonly pairs: number;
  readonly peakMegabytes?: number;
}

const DEFAULT_PAIRS = 9;

/** Times both sides in turn, the first of each not counted. */
export async function compare(comparison: Comparison): Promise<Measured> {
  const { id, what, bar, ours, theirs, prepare, pairs = DEFAULT_PAIRS, peakMegabytes } = comparison;
  const [oursMs, theirsMs]: [number[], number[]] = [[], []];
  for (let pair = 0; pair <= pairs; pair++) {
    for (const [times, run] of pair % 2 === 0
      ? ([
          [oursMs, ours],
          [theirsMs, theirs],
        ] as const)
      : ([
          [theirsMs, theirs],
          [oursMs, ours],
        ] as const)) {
      await prepare?.();
      const duration = await timed(run);
      if (pair > 0) times.push(duration);
    }
  }
  const ratios = oursMs.map((duration, index) => duration / (theirsMs[index] ?? Number.NaN));
  const peak = peakMegabytes && { peakMegabytes: await measurePeak(comparison) };
  return { id, what, oursMs: median(oursMs), theirsMs: median(theirsMs), ratio: median(ratios), bar, pairs, ...peak };
}

async function measurePeak({ prepare, peakMegabytes }: Comparison): Promise<number> {
  await prepare?.();
  return peakMegabytes?.measure() ?? Number.NaN;
}

async function timed(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * What changes how Node starts is the same for both sides, as on the machine that measures: with NODE_EXTRA_CA_CERTS and
 * the certificates of a system, Node takes 45 ms longer, which outweighs what is compared.
 */
const AMBIENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('NODE_')));
/** As bare as cron's otherwise. */
const BARE: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: process.env.HOME };

/** Runs programs one after another, output discarded. Fails when one does. */
export async function runAll(programs: readonly Program[]): Promise<void> {
  for (const { file, args, env = BARE, ok = [0] } of programs) {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(file, args, { stdio: 'ignore', env: { ...AMBIENT, ...env } });
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (!ok.includes(code ?? -1)) throw new Error(`${file} ${args.join(' ')} exited with ${code}`);
  }
}

/** Peak resident memory of a program in MB, by GNU time. */
export async function peakMemory({ file, args, env = BARE }: Program): Promise<number> {
  const child = spawn('/usr/bin/time', ['-f', '%M', file, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...AMBIENT, ...env },
  });
  let text = '';
  for await (const chunk of child.stderr) text += chunk;
  return Number(text.trim().split('\n').at(-1)) / 1000;
}
