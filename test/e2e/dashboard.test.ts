import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import queue from '../../src/commands/queue/status.js';
import { program } from '../support/binary.js';
import { temporaryDirectory } from '../support/run.js';
import { openTerminal } from '../support/tmux.js';

// A job's name that would change the title of the terminal, clear it and break the line, were it written as it is.
const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\r\n東京';
const backend = createServer((request, response) => {
  const isKnown = request.url?.endsWith('/jobs');
  response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isKnown ? { ...queue.sample, jobsByType: { [HOSTILE]: 9 } } : null));
});
const directory = temporaryDirectory();
const config = join(directory, 'config.json');
const terminal = openTerminal(100, 30, { HOME: directory, V: `${process.execPath} ${program}` });

beforeAll(async () => {
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const sections = { app: { url }, database: { host: directory }, stateDirectory: join(directory, 'state') };
  writeFileSync(config, JSON.stringify(sections), { mode: 0o600 });
  terminal.type("PS1='ready$ '; clear", 'Enter');
  await terminal.until((text) => text.startsWith('ready$') && !text.includes('PS1'));
});
afterAll(() => void backend.close());

const begin = async () => {
  terminal.type(`$V dashboard --interval 500ms --config ${config}; echo "left with $?"`, 'Enter');
  return terminal.until((text) => text.includes('3 Jobs  ok'));
};

/** The shell is back on its own screen, with a cursor, an echo and whole lines. */
async function expectRestored(): Promise<void> {
  expect(terminal.ask('alternate_on')).toBe('0');
  expect(terminal.ask('cursor_flag')).toBe('1');
  terminal.type('clear; stty -a | tr " ;" "\\n\\n" | grep -xE -- "-?(icanon|echo|isig|icrnl)" | xargs', 'Enter');
  await terminal.until((text) => text.includes('icrnl isig icanon echo'));
  terminal.type('clear', 'Enter');
  await terminal.until((text) => text.trim() === 'ready$');
}

describe('on a real terminal', () => {
  test('keys and resizing; q leaves the screen as it was', async () => {
    terminal.type('echo what was before', 'Enter');
    const first = await begin();
    expect(first).toContain('12 wait');
    expect(first).not.toContain('what was before');

    terminal.type('3');
    const full = await terminal.until((text) => text.includes('More: viktoria-ops queue status'));
    expect(full).toContain('\\x1b]0;owned\\x07');
    expect(terminal.ask('pane_title')).not.toContain('owned');
    terminal.type('Escape');
    await terminal.until((text) => text.includes('8 Backups'));

    terminal.resize(60, 20);
    const small = await terminal.until((text) => text.split('\n')[19]?.includes('1–8 panel') === true);
    expect(small.split('\n').filter((line) => line.length > 60)).toEqual([]);
    terminal.resize(100, 30);
    await terminal.until((text) => text.split('\n')[29]?.includes('q quit') === true);

    terminal.type('q');
    const after = await terminal.until((text) => text.includes('left with 0'));
    expect(after).toContain('what was before');
    expect(after).not.toContain('Jobs');
    await expectRestored();
  }, 60_000);

  test('stopped with Ctrl-Z the shell has its screen; fg brings the dashboard back', async () => {
    await begin();
    terminal.type('C-z');
    await terminal.until((text) => /Stopped/.test(text));
    expect(terminal.ask('alternate_on')).toBe('0');
    terminal.type('fg', 'Enter');
    await terminal.until((text) => text.includes('3 Jobs  '));
    terminal.type('C-c');
    await terminal.until(() => terminal.ask('alternate_on') === '0');
    await expectRestored();
  }, 60_000);

  test.each([
    ['TERM', 143],
    ['HUP', 129],
    ['INT', 130],
  ])(
    'ended by SIG%s: exit %d, said on the screen that was there before',
    async (signal, code) => {
      await begin();
      process.kill(childOf(Number(terminal.ask('pane_pid'))), `SIG${signal}` as NodeJS.Signals);
      const text = await terminal.until((screen) => screen.includes(`left with ${code}`));
      expect(text).toContain(`interrupted by SIG${signal}`);
      await expectRestored();
    },
    60_000,
  );

  test('a terminal that can only be written line by line is told so', async () => {
    terminal.type(`TERM=dumb $V dashboard --config ${config}; echo "left with $?"`, 'Enter');
    const text = await terminal.until((screen) => screen.includes('left with 2'));
    expect(text).toContain('TERM=dumb');
    expect(text).toContain('viktoria-ops health');
  }, 60_000);

  // The last one: the backend is gone for good.
  test('a backend that dies meanwhile: what was known stays, marked, and why', async () => {
    await begin();
    backend.closeAllConnections();
    backend.close();
    const stale = await terminal.until((text) => /3 Jobs {2}unknown {2}as of .*stale/.test(text));
    expect(stale).toContain('refused the connection');
    expect(stale).toContain('12 wait');
    terminal.type('q');
    await terminal.until((text) => text.includes('left with 0'));
  }, 60_000);
});

/** The one process that the shell has started. */
const childOf = (pid: number): number => Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }));
