import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { startPostgres } from '../../src/lib/demo/postgres.js';
import { withinReach } from '../../src/lib/demo/postgres-programs.js';
import { temporaryDirectory } from '../support/run.js';

test('the server of the npm package: starts, answers, leaves nothing', async () => {
  const server = await startPostgres({ prefer: 'embedded' });
  expect(server.binDirectory).toMatch(/native[/\\]bin$|programs[/\\]bin$/);
  const client = new pg.Client({ host: server.host, port: server.port, user: server.user, database: 'postgres' });
  await client.connect();
  const { rows } = await client.query("select current_setting('data_directory') as directory");
  await client.end();
  expect(existsSync(rows[0].directory)).toBe(true);
  await server.stop();
  expect(existsSync(dirname(rows[0].directory))).toBe(false);
  expect(() => process.kill(server.pid(), 0)).toThrow('ESRCH');
}, 30_000);

test('programs below a directory that others cannot enter are copied to where they can', () => {
  const [hidden, root] = [temporaryDirectory(), temporaryDirectory()]; // mkdtemp makes 0700
  const bin = join(hidden, 'native', 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'postgres'), 'program', { mode: 0o755 });
  expect(withinReach('/usr/bin', root)).toBe('/usr/bin');
  const copy = withinReach(bin, root);
  expect(copy).toBe(join(root, 'programs', 'bin'));
  expect(readFileSync(join(copy, 'postgres'), 'utf8')).toBe('program');
});
