// Runs the tests that are about the server on PostgreSQL 13, 14, 16, 17 and 18; the main suite has the machine's (15).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const TESTS = 'test/(pg|db|security|flags)/|test/backup/unlogged|test/maintenance/among-hosts';
const home = join('test', 'pg-matrix');
const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
const only = process.argv.slice(2);

install();
const results = mkdtempSync(join(tmpdir(), 'viktoria-ops-matrix-'));
const totals = { passed: 0, failed: 0 };
try {
  for (const name of Object.keys(dependencies)) {
    if (only.length > 0 && !only.includes(name.replace('postgres-', ''))) continue;
    const { passed, failed } = runOn(name);
    totals.passed += passed;
    totals.failed += failed;
  }
} finally {
  rmSync(results, { recursive: true, force: true });
}
console.log(`PostgreSQL 13 to 18: ${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;

function install() {
  const stamp = join(home, 'node_modules', '.lock-file-sha256');
  const wanted = createHash('sha256')
    .update(readFileSync(join(home, 'package-lock.json')))
    .digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.error('Installing PostgreSQL servers …');
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: home });
    writeFileSync(stamp, wanted);
  }
  // What their postinstall would do: the shared libraries have more than one name.
  for (const name of Object.keys(dependencies)) {
    run(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: join(home, 'node_modules', name) });
  }
}

/** A run that ends without a result, as when the server does not start, counts as a failure. */
function runOn(name) {
  console.log(`\n${name}`);
  const outputFile = join(results, `${name}.json`);
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  spawnSync(process.execPath, [...jest, TESTS, '--json', `--outputFile=${outputFile}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TEST_PG_PROGRAMS: resolve(home, 'node_modules', name, 'native', 'bin') },
  });
  if (!existsSync(outputFile)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(outputFile, 'utf8'));
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

function run(program, args, options) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
