/** Work that whoever begins it does not wait for. */

/** How a piece of work is gone about; undefined where its end is not waited for. */
export type Pace = <T>(work: () => Promise<T>) => Promise<T | undefined>;

export interface Aside {
  /** Begins it, unless an earlier one goes on: then it is left to the next time. Throws what the last one threw. */
  readonly begin: Pace;
  readonly ended: () => Promise<void>;
}

export function createAside(): Aside {
  let last: Promise<unknown> = Promise.resolve();
  let isAtWork = false;
  return {
    begin: async (work) => {
      if (isAtWork) return undefined;
      const before = last;
      last = Promise.resolve();
      await before;
      isAtWork = true;
      last = work().finally(() => {
        isAtWork = false;
      });
      last.catch(() => {}); // thrown to whoever begins the next
      return undefined;
    },
    ended: () => last.then(nothing, nothing),
  };
}

const nothing = () => undefined;
