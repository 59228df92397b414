import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { start } from '../support/binary.js';

test('demo runs the daily tier against its own backend, says what came of it, and leaves nothing', async () => {
  const { code, stdout, stderr } = await start(['demo', '--json']).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { result } = JSON.parse(stdout);
  // Good, bad or mixed news: it depends on what else this machine is doing. But it ran.
  expect([0, 1, 3]).toContain(result.exitCode);
  expect(result.report[0]).toContain('maintenance daily');
  expect(result.report.join('\n')).toMatch(/^ok +queue/m);
  expect(result.traffic).toMatchObject({ requests: 400 });
  expect(existsSync(result.directory)).toBe(false);
}, 60_000);
