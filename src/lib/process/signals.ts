/** The signals that end a run in order: the first cleans up, the second ends the process at once. */
import { OperatorError } from '../errors.js';

export type SignalSource = Pick<NodeJS.Process, 'on' | 'off' | 'kill' | 'pid'>;

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

/** Calls `onSignal` with the reason at the first signal; returns the function that stops listening. */
export function listenForSignals(source: SignalSource, onSignal: (reason: OperatorError) => void): () => void {
  let received = false;
  const listener = (name: NodeJS.Signals) => {
    const signal = SIGNALS.find((known) => known === name);
    if (!signal) return;
    if (received) {
      // Without our listener the default applies: the process dies of the signal, as its parent expects.
      stop();
      source.kill(source.pid, signal);
      return;
    }
    received = true;
    onSignal(
      new OperatorError(`VOPS-${signal}`, `interrupted by ${signal}`, { hint: 'run it again when you are ready' }),
    );
  };
  const stop = () => {
    for (const name of SIGNALS) source.off(name, listener);
  };
  for (const name of SIGNALS) source.on(name, listener);
  return stop;
}
