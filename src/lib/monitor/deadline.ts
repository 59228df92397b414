/** A bound on how long we wait for work that cannot be stopped. */

/** What `withDeadline` throws. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** The result of the work, if it comes in time. Late results and errors go nowhere. */
export async function withDeadline<T>(work: () => T | Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([work(), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
