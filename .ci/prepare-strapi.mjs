// What the tests in a real Strapi application need first: its packages as its lock file says, and its code compiled.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const app = join('test', 'strapi');
const stamp = join(app, 'node_modules', '.lock-file-sha256');
const wanted = createHash('sha256')
  .update(readFileSync(join(app, 'package-lock.json')))
  .digest('hex');
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

if (installed !== wanted) {
  console.error('Installing Strapi …');
  // Not `npm ci`: it refuses a lock file that lacks packages of platforms which the registry does not offer.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}
rmSync(join(app, 'dist'), { recursive: true, force: true });
run(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']);

function run(program, args) {
  const { status, error } = spawnSync(program, args, { cwd: app, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
