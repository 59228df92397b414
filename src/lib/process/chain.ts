/** Programs in a row, each reading what the one before it writes. The kernel joins them: the bytes go past us. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { abortReason, OperatorError } from '../errors.js';
import { inBulk } from './bulk.js';
import { tether } from './tether.js';

export interface Program {
  /** Name in PATH, or absolute path. */
  readonly file: string;
  readonly args: readonly string[];
  /** All it gets to see besides `LC_ALL=C`: its words are matched below. */
  readonly env?: Readonly<Record<string, string>>;
  /** Open files that it finds as `/dev/fd/3` and on. */
  readonly files?: readonly FileHandle[];
  /** It reads or prints gigabytes, in small pieces if left alone. */
  readonly isBulk?: boolean;
}

export interface ChainOptions {
  /** What the first one reads: an open file from where it stands, or a stream of ours. Default: nothing. */
  readonly input?: FileHandle | Readable;
  /** What the last one writes to, from where it stands; without it, what it says is `output`. */
  readonly output?: FileHandle;
  readonly signal: AbortSignal;
  /** Longest the whole may take. Default: four hours. */
  readonly timeoutMs?: number;
  /** The last one may end well before it has read everything, and the others then die of a broken pipe. */
  readonly mayEndEarly?: boolean;
}

export interface Chain {
  /** What the last program says; null when it goes to a file. */
  readonly output: Readable | null;
  /**
   * Resolves when all have done their work, rejects when one has not. Either way they have ended by then.
   * Errors: `VOPS-DISK-FULL`, `VOPS-TOOL-FAILED`; that of the input; the signal's reason when aborted.
   */
  readonly ended: Promise<void>;
}

/** As long as a dump may take: a file of terabytes is possible, a program that never ends is not. */
const TIMEOUT_MS = 4 * 3_600_000;
/** pg_dump and pg_restore use it to cancel what the server does for them. */
const KILL_AFTER_MS = 2_000;

/** Starts the programs. Should this process be killed, they end as well: their input dries up, or their reader is gone. */
export function startChain(programs: readonly Program[], options: ChainOptions): Chain {
  const { input, signal, timeoutMs = TIMEOUT_MS } = options;
  if (signal.aborted) throw abortReason(signal);
  const children = spawnRow(programs, options);
  const kill = () => endAll(children);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, timeoutMs);
  signal.addEventListener('abort', kill, { once: true });
  const first = children[0]?.stdin;
  const fed = isStream(input) && first ? feed(input, first, kill) : undefined;
  const ended = Promise.all(children.map((child, index) => endOf(child, programs[index]?.file ?? '')))
    .then(async (ends) => {
      if (isStream(input)) input.destroy();
      const unread = await fed;
      if (signal.aborted) throw abortReason(signal);
      if (unread !== undefined) throw unread;
      if (isLate) throw late(programs, timeoutMs);
      judge(ends, options.mayEndEarly === true);
    })
    .finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
    });
  ended.catch(() => {}); // who reads the output learns of it a moment later
  const said = children.at(-1)?.stdout;
  return { output: said ? kept(said) : null, ended };
}

const CHUNK_BYTES = 2 ** 18;

/** Once a child has ended Node throws away what it said and nobody reads yet; who reads may come later than that. */
function kept(said: Readable): Readable {
  const output = new PassThrough({ highWaterMark: CHUNK_BYTES });
  pipeline(said, output).catch(() => {}); // an error reaches whoever reads the output
  return output;
}

const isStream = (input: ChainOptions['input']): input is Readable => input !== undefined && 'pipe' in input;

/** The last one first, so that each finds its reader. */
function spawnRow(programs: readonly Program[], { input, output }: ChainOptions): readonly ChildProcess[] {
  const children: ChildProcess[] = [];
  for (const [index, program] of [...programs.entries()].reverse()) {
    const reader = children[0]?.stdin;
    const source = index > 0 || isStream(input) ? 'pipe' : (input?.fd ?? 'ignore');
    const { file, args } = tether(program.isBulk ? inBulk(program) : program);
    const child = spawn(file, args, {
      stdio: [source, reader ?? output?.fd ?? 'pipe', 'pipe', ...(program.files ?? []).map(({ fd }) => fd)],
      env: { ...program.env, LC_ALL: 'C' },
      detached: true,
    });
    child.on('error', () => {}); // told by `endOf`, which may come to listen too late
    reader?.destroy(); // the end that the child has got: as long as we hold it, its reader sees no end
    children.unshift(child);
  }
  return children;
}

/**
 * Resolves to an error of the input, if any. A program that stops reading has its own reason, or its own success; what
 * that does to the input is no error of it.
 */
async function feed(input: Readable, first: Writable, kill: () => void): Promise<unknown> {
  let failure: unknown;
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  const fail = (error: unknown) => {
    if (isOver) return;
    failure ??= error;
    kill(); // or what has been read so far would be taken for the whole
  };
  first.once('error', over).once('close', over);
  input.on('error', fail).once('close', () => {
    if (!input.readableEnded) fail(new OperatorError('VOPS-TOOL-FAILED', 'the input was closed before its end'));
  });
  await pipeline(input, first).catch(() => {});
  return failure;
}

interface End {
  readonly file: string;
  readonly how: number | string;
  readonly said: string;
}

function endOf(child: ChildProcess, file: string): Promise<End> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ file, how: 'an error', said: error.message }));
    child.once('close', (code, killedBy) => resolve({ file, how: code ?? killedBy ?? 'nothing', said: said.trim() }));
  });
}

function endAll(children: readonly ChildProcess[]): void {
  const send = (name: NodeJS.Signals) => {
    for (const { pid } of children) {
      try {
        if (pid !== undefined) process.kill(-pid, name);
      } catch {
        // it has ended by itself
      }
    }
  };
  send('SIGTERM');
  setTimeout(() => send('SIGKILL'), KILL_AFTER_MS).unref();
}

/** The operating system's own words for ENOSPC, EDQUOT and EFBIG. */
const FULL = /No space left on device|Disk quota exceeded|File too large/;
/** Node joins programs by sockets: one that waits for room in it when its reader ends is told of a reset. */
const isBrokenPipe = ({ how, said }: End) => how === 'SIGPIPE' || /Broken pipe|Connection reset by peer/.test(said);

function judge(ends: readonly End[], mayEndEarly: boolean): void {
  const failed = ends.filter(({ how }) => how !== 0);
  const culprits = failed.filter((end) => !isBrokenPipe(end));
  if (culprits.length === 0 && (failed.length === 0 || (mayEndEarly && ends.at(-1)?.how === 0))) return;
  throw failure(culprits.length > 0 ? culprits : failed);
}

function failure(culprits: readonly End[]): OperatorError {
  const full = culprits.find(({ how, said }) => how === 'SIGXFSZ' || FULL.test(said));
  if (full === undefined) {
    const text = culprits.map(({ file, how, said }) => `${nameOf(file)} ended with ${how}${said && `: ${said}`}`);
    return new OperatorError('VOPS-TOOL-FAILED', text.join('; '));
  }
  const what = FULL.exec(full.said)?.[0] ?? 'File too large';
  return new OperatorError('VOPS-DISK-FULL', `${nameOf(full.file)} could not write: ${what}`, {
    hint: 'see what is full with: df -h && df -i && ulimit -f, then free some space; nothing was left half-written',
  });
}

const late = (programs: readonly Program[], timeoutMs: number) =>
  new OperatorError(
    'VOPS-TOOL-FAILED',
    `${programs.map(({ file }) => nameOf(file)).join(' and ')} did not end within ${timeoutMs / 60_000} min`,
  );

const nameOf = (file: string) => file.slice(file.lastIndexOf('/') + 1);
