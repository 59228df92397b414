/** `npm run bench [-- P1 P4] [-- --check]`: one table, and JSON beside the build. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package.js';
import { createTheme } from '../../src/lib/terminal/theme.js';
import { comparisons } from './comparisons.js';
import { compare, type Measured } from './measure.js';

/** Noise is no regression: --check fails only beyond this multiple of the bar. */
const TOLERANCE = 1.5;

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const { list, stop } = await comparisons(wanted);
const results: Measured[] = [];
try {
  for (const comparison of list) {
    results.push(await compare(comparison));
    process.stderr.write(`${comparison.id} measured\n`);
  }
} finally {
  await stop();
}
const theme = await createTheme({ color: false, layout: 'aligned' });
const rows = results.map(({ id, what, oursMs, theirsMs, ratio, bar, pairs, peakMegabytes }) => [
  id,
  `${oursMs.toFixed(0)} ms`,
  `${theirsMs.toFixed(0)} ms`,
  ratio.toFixed(2),
  `≤ ${bar}`,
  ratio <= bar ? 'met' : 'missed',
  pairs,
  peakMegabytes === undefined ? '' : `${peakMegabytes.toFixed(0)} MB`,
  what,
]);
process.stdout.write(
  `${theme.table(['id', 'ours', 'theirs', 'ratio', 'bar', 'verdict', 'pairs', 'peak', 'what'], rows)}\n`,
);
writeFileSync(
  join(packageRoot(), '.build', 'bench.json'),
  `${JSON.stringify({ node: process.version, results }, null, 2)}\n`,
);
if (process.argv.includes('--check') && results.some(({ ratio, bar }) => ratio > bar * TOLERANCE)) process.exitCode = 1;
