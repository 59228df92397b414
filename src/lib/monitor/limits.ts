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

/**
 * One at a time: who asks while an answer is under way waits for that one. What was not answered after so long may never
 * be; the next may go through.
 */
export function oneQuestionAtATime<T>(givenUpAfterMs: number, ask: () => T | PromiseLike<T>): () => Promise<T> {
  let question: { readonly askedAt: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (question && now - question.askedAt < givenUpAfterMs) return question.answer;
    const asked = { askedAt: now, answer: (async () => ask())() };
    question = asked;
    const forget = () => {
      if (question === asked) question = undefined;
    };
    asked.answer.then(forget, forget);
    return asked.answer;
  };
}
