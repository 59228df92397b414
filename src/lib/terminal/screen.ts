/** The terminal taken over for pictures: keys one by one, nothing left behind, however the program ends. */
import { emitKeypressEvents, type Key } from 'node:readline';
import type { Command } from '../command.js';
import type { Screen } from '../context.js';
import { OperatorError } from '../errors.js';
import type { GlobalFlags } from '../globals.js';
import type { SignalSource } from '../process/signals.js';
import { mapStrings, type Redactor } from '../redact.js';
import { escapeText } from './escape.js';
import { ENTER, fitTo, LEAVE, type Picture, repaint, type Size } from './frame.js';
import { type Output, wantsColor } from './io.js';
import { createTheme, type Theme } from './theme.js';

/** What is taken over. */
interface ScreenWorld extends SignalSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stdin?: NodeJS.ReadStream;
}

export interface Screening {
  readonly command: Pick<Command, 'picture'>;
  readonly globals: GlobalFlags;
  readonly world: ScreenWorld;
  readonly stdout: Output;
  readonly redactor: Redactor;
  /** Once aborted the terminal is given back at once. */
  readonly signal: AbortSignal;
}

export interface OwnedScreen extends Screen {
  /** Gives the terminal back as it was; a second time does nothing. */
  readonly close: () => void;
}

/**
 * Takes the terminal over; undefined where nobody watches, or something else than pictures is asked for.
 * @throws OperatorError VOPS-USAGE for a terminal that can only be written line by line
 */
export function takeScreen(screening: Screening): OwnedScreen | undefined {
  const { globals, world, stdout } = screening;
  const isText = globals.output === 'table' && !globals.json && !globals.quiet && !globals.format;
  if (!isText || !stdout.isTerminal || world.stdin?.isTTY !== true) return undefined;
  if (!world.env.TERM || world.env.TERM === 'dumb') {
    throw new OperatorError('VOPS-USAGE', `nothing can be drawn on this terminal (TERM=${world.env.TERM ?? ''})`, {
      hint: 'see one picture with --once, or the verdict with: viktoria-ops health',
    });
  }
  return openScreen(screening, world.stdin);
}

function openScreen(screening: Screening, stdin: NodeJS.ReadStream): OwnedScreen {
  const { world, stdout, redactor, signal } = screening;
  const paint = createPainter(screening);
  let isEntered = false;
  const enter = () => {
    // Continued without having left, the terminal has forgotten only what the shell changed.
    if (!isEntered) void stdout.write(ENTER);
    isEntered = true;
    stdin.setRawMode(true);
    stdin.resume();
    paint.anew();
  };
  const leave = () => {
    if (!isEntered) return;
    isEntered = false;
    paint.stop();
    void stdout.write(LEAVE); // a terminal is written to at once, also while the process exits
    stdin.setRawMode(false);
    stdin.pause();
  };
  const resized = () => {
    if (isEntered) paint.anew();
  };
  const stopListening = listen(world, { enter, leave, resized });
  const keys = listenForKeys(stdin, world);
  const close = () => {
    stopListening();
    keys.stop();
    leave();
  };
  signal.addEventListener('abort', close, { once: true });
  enter();
  return {
    draw: (state) => paint.draw(mapStrings(redactor.data(state), escapeText)),
    onKey: keys.onKey,
    close,
  };
}

function listenForKeys(stdin: NodeJS.ReadStream, world: ScreenWorld) {
  let tell: (key: string) => void = () => {};
  const pressed = (text: string | undefined, key: Key) => {
    const name = nameOf(text, key);
    // Raw mode makes a key of it; the whole job is to stop, as with any other program.
    if (name === 'ctrl-z') world.kill(0, 'SIGTSTP');
    else tell(name);
  };
  emitKeypressEvents(stdin);
  stdin.on('keypress', pressed);
  return {
    onKey: (listener: (key: string) => void) => {
      tell = listener;
    },
    stop: () => void stdin.off('keypress', pressed),
  };
}

/** `q`, `up`, `escape`, `ctrl-c`: what stands on the key. */
function nameOf(text: string | undefined, { name, ctrl }: Key): string {
  if (ctrl) return `ctrl-${name ?? ''}`;
  return name ?? text ?? '';
}

interface Moves {
  readonly enter: () => void;
  readonly leave: () => void;
  readonly resized: () => void;
}

/** Leaves the screen to the shell while the job is stopped, and for good when the process exits. */
function listen(world: ScreenWorld, { enter, leave, resized }: Moves): () => void {
  const stop = () => {
    leave();
    world.off('SIGTSTP', stop);
    // By its own default: where no shell could continue us, the system ignores it.
    world.kill(world.pid, 'SIGTSTP');
    resuming = setTimeout(goOn, RESUME_MS);
  };
  const goOn = () => {
    clearTimeout(resuming);
    world.off('SIGTSTP', stop).on('SIGTSTP', stop);
    enter();
  };
  let resuming: NodeJS.Timeout | undefined;
  world.on('SIGTSTP', stop).on('SIGCONT', goOn).on('exit', leave);
  world.stdout.on('resize', resized);
  return () => {
    clearTimeout(resuming);
    world.off('SIGTSTP', stop).off('SIGCONT', goOn).off('exit', leave);
    world.stdout.off('resize', resized);
  };
}

/** Time for the signal to take effect. A stopped process does not see it pass. */
const RESUME_MS = 50;

const NOTHING: Picture = { lines: [], overscroll: 0 };
const SIZE_IF_UNKNOWN: Size = { columns: 80, rows: 24 };

/** Draws the latest state; between `stop` and `anew` not at all. */
function createPainter({ command, globals, world, stdout }: Screening) {
  const color = wantsColor({ flag: globals.color, env: world.env, isTerminal: true });
  let state: object | undefined;
  let shown: readonly string[] | undefined;
  let isOn = false;
  let theme: { readonly columns: number; readonly look: Theme } | undefined;
  const paint = async () => {
    const size = {
      columns: world.stdout.columns || SIZE_IF_UNKNOWN.columns,
      rows: world.stdout.rows || SIZE_IF_UNKNOWN.rows,
    };
    if (theme?.columns !== size.columns) {
      const look = await createTheme({ color, layout: 'terminal', columns: size.columns });
      theme = { columns: size.columns, look };
    }
    if (!isOn || state === undefined) return 0;
    const { lines: drawn, overscroll } = command.picture?.(state, theme.look, size) ?? NOTHING;
    const lines = fitTo(drawn, size);
    const bytes = repaint(shown, lines);
    shown = lines;
    await stdout.write(bytes);
    return overscroll;
  };
  return {
    draw: (next: object) => {
      state = next;
      return paint();
    },
    anew: () => {
      isOn = true;
      shown = undefined;
      void paint();
    },
    stop: () => {
      isOn = false;
    },
  };
}
