/** What is going on, on stderr: a spinner on a terminal, plain lines with -v, nothing in cron. */
import type { Progress } from '../context.js';
import { escapeText } from './escape.js';
import type { Output } from './io.js';

export interface ProgressOptions {
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** True while there is a picture on the screen, which a line would spoil. */
  readonly isHeldBack: () => boolean;
}

/** A progress display and the function that takes it off the screen. */
export function createProgress(options: ProgressOptions): {
  readonly progress: Progress;
  readonly stop: () => Promise<void>;
} {
  const { stderr, env, quiet, verbose, isHeldBack } = options;
  // Without a width ora would erase lines for ever.
  const hasWidth = stderr.isTerminal && stderr.columns !== undefined;
  const animated = hasWidth && !quiet && !verbose && !env.CI && env.TERM !== 'dumb';
  if (animated) return spinner(isHeldBack);
  const line = (text: string) => {
    if (verbose && !quiet && !isHeldBack()) void stderr.write(`${escapeText(text)}\n`);
  };
  return {
    progress: {
      start: (id) => line(`${id}: started`),
      update: () => {},
      finish: (id, text) => line(`${id}: ${text}`),
    },
    stop: async () => {},
  };
}

function spinner(isHeldBack: ProgressOptions['isHeldBack']): ReturnType<typeof createProgress> {
  const running = new Map<string, string>();
  let done = 0;
  // discardStdin puts the terminal in raw mode, and Ctrl-C would no longer be a signal.
  const loading = import('ora').then(({ default: ora }) => ora({ discardStdin: false, hideCursor: true }));
  const draw = () =>
    void loading.then((ora) => {
      if (running.size === 0 || isHeldBack()) return ora.isSpinning ? ora.stop() : ora;
      ora.text = `${[...running.values()].map(escapeText).join(', ')}${done > 0 ? ` (${done} done)` : ''}`;
      return ora.isSpinning ? ora : ora.start();
    });
  return {
    progress: {
      start: (id) => {
        running.set(id, id);
        draw();
      },
      update: (id, { share, text }) => {
        if (!running.has(id)) return; // a last word that came late
        running.set(id, [id, share === null ? '' : bar(share), text].filter(Boolean).join('  '));
        draw();
      },
      finish: (id) => {
        running.delete(id);
        done += 1;
        draw();
      },
    },
    stop: async () => {
      running.clear();
      (await loading).stop();
    },
  };
}

const BAR_WIDTH = 20;

/** `[########------------] 42 %`, in characters every terminal has. */
function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`;
}
