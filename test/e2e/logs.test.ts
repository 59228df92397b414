import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { writeJsonLog } from '../bench/json-log.js';
import { shell, start } from '../support/binary.js';
import { temporaryDirectory } from '../support/run.js';

function place() {
  const root = temporaryDirectory();
  const logs = join(root, 'logs');
  mkdirSync(logs);
  const config = join(root, 'config.json');
  writeFileSync(config, JSON.stringify({ stateDirectory: join(root, 'state'), logs: { directory: logs } }), {
    mode: 0o600,
  });
  return { log: join(logs, 'app.log'), env: { VIKTORIA_OPS_CONFIG: config } };
}

test('the bundle finds its workers', async () => {
  const { log, env } = place();
  writeJsonLog(log, 100_000);
  const { code, stdout } = await start(['logs', 'analyze', '--json'], env).ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout).result).toMatchObject({ totals: { lines: 100_000, entries: 100_000, unrecognized: 0 } });
});

test('a reader that leaves ends what follows', async () => {
  const { log, env } = place();
  const line = `${JSON.stringify({ level: 'info', message: 'x' })}\n`;
  writeFileSync(log, line);
  const { stdout } = await shell(
    `(for i in $(seq 5); do sleep 0.5; echo '${line.trim()}' >> ${log}; done) & $V logs tail | head -1; echo "\${PIPESTATUS[0]}"; wait`,
    env,
  );
  expect(stdout).toBe('– info  app.log x\n0\n');
});

test('Ctrl-C ends it at once: exit 130', async () => {
  const { log, env } = place();
  writeFileSync(log, `${JSON.stringify({ level: 'info', message: 'x' })}\n`);
  const { child, ended } = start(['logs', 'tail'], env);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, stdout: '– info  app.log x\n' });
});
