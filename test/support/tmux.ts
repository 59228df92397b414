/** A real terminal: tmux with a shell in it, a server of its own, gone when the test file is done. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll } from '@jest/globals';
import { temporaryDirectory } from './run.js';

export interface Terminal {
  readonly type: (...keys: readonly string[]) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** The lines on the screen, without the space at their ends. */
  readonly screen: () => string[];
  /** What tmux knows, such as `alternate_on`, `cursor_flag`, `pane_current_command`. */
  readonly ask: (variable: string) => string;
  /** The first screen that holds it. Fails with the last one after 20 s. */
  readonly until: (holds: (text: string) => boolean) => Promise<string>;
}

const LIMIT_MS = 20_000;

export function openTerminal(columns: number, rows: number, env: Readonly<Record<string, string>>): Terminal {
  const socket = join(temporaryDirectory(), 'tmux');
  const tmux = (...args: readonly string[]) =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
      env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
      encoding: 'utf8',
    });
  tmux('-u', 'new-session', '-d', '-x', String(columns), '-y', String(rows), '-s', 't', 'bash --norc --noprofile');
  // By its number: the directory with the socket may be gone before.
  const server = Number(tmux('display-message', '-p', '#{pid}'));
  afterAll(() => void process.kill(server));
  const screen = () =>
    tmux('capture-pane', '-p', '-t', 't')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.trimEnd());
  return {
    type: (...keys) => void tmux('send-keys', '-t', 't', ...keys),
    resize: (wide, high) => void tmux('resize-window', '-t', 't', '-x', String(wide), '-y', String(high)),
    screen,
    ask: (variable) => tmux('display-message', '-p', '-t', 't', `#{${variable}}`).trim(),
    until: async (holds) => {
      const end = Date.now() + LIMIT_MS;
      for (;;) {
        const text = screen().join('\n');
        if (holds(text)) return text;
        if (Date.now() > end) throw new Error(`the screen never held it:\n${text}`);
        await pause(50);
      }
    },
  };
}
