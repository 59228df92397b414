/** Bounds on how often something is done. */

/**
 * Answers that are kept for a moment: whoever asks the same within it shares one, and its work. One that failed is not kept.
 */
export function sharedFor<T>(keptMs: number, work: (question: string) => Promise<T>): (question: string) => Promise<T> {
  const answers = new Map<string, { readonly madeAt: number; readonly answer: Promise<T> }>();
  return (question) => {
    const now = performance.now();
    for (const [asked, { madeAt }] of answers) if (now - madeAt > keptMs) answers.delete(asked);
    const found = answers.get(question);
    if (found) return found.answer;
    const answer = work(question);
    answers.set(question, { madeAt: now, answer });
    answer.catch(() => answers.delete(question));
    return answer;
  };
}

/** Leaves out what comes within so many milliseconds of the last. */
export function atMostEvery<Args extends readonly unknown[]>(
  pauseMs: number,
  work: (...args: Args) => void,
): (...args: Args) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (...args) => {
    if (performance.now() - last < pauseMs) return;
    last = performance.now();
    work(...args);
  };
}
