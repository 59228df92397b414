/** How long to wait for work that was told to stop. */

export interface Patience {
  /** Resolves `milliseconds` after the abort; never when released before. */
  readonly over: Promise<void>;
  readonly release: () => void;
}

/** Starts counting when the signal aborts. Release it when the work has ended: a timer keeps the process alive. */
export function afterAbort(signal: AbortSignal, milliseconds: number): Patience {
  let timer: NodeJS.Timeout | undefined;
  let begin = () => {};
  const over = new Promise<void>((resolve) => {
    begin = () => {
      timer = setTimeout(resolve, milliseconds);
    };
  });
  signal.addEventListener('abort', begin, { once: true });
  const release = () => {
    signal.removeEventListener('abort', begin);
    clearTimeout(timer);
  };
  return { over, release };
}
