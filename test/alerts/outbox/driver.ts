/**
 * One evaluation, in a process that the test of `kill -9` ends: two events into the outbox, the state committed, what
 * waits delivered. Dies by its own hand right before the n-th change to the disk, if n is given.
 */
import files from 'node:fs/promises';
import { join } from 'node:path';
import { deliver, enqueue } from '../../../src/lib/alerts/outbox/index.js';
import { writeFileAtomic } from '../../../src/lib/files/index.js';
import { alertEvent, channelsOf } from '../../support/delivery.js';

void evaluateOnce(process.argv.slice(2));

async function evaluateOnce([state = '', url = '', lastStep = '0']: readonly string[]): Promise<void> {
  const channels = channelsOf({
    first: { type: 'webhook', url: `${url}/first` },
    second: { type: 'webhook', url: `${url}/second` },
  });
  await dieBefore(Number(lastStep));

  const now = () => new Date();
  const context = {
    config: async () => ({ environment: 'production' }),
    state: async () => state,
    now,
    elapsed: () => performance.now(),
    signal: new AbortController().signal,
    log: { warn: () => undefined },
  };
  const committed = join(state, 'committed.json');
  const episode = Number(await files.readFile(committed, 'utf8').catch(() => '1'));
  const at = now().toISOString();
  const events = [
    alertEvent({ rule: 'high-error-rate', severity: 'critical', episode, at, since: at }),
    alertEvent({ rule: 'slow-hooks', episode, at, since: at }),
  ];
  await enqueue(
    context,
    ['first', 'second'].flatMap((channel) => events.map((event) => ({ channel, event }))),
  );
  await writeFileAtomic(committed, String(episode + 1));
  await deliver(context, channels, { budgetMs: 5_000 });
}

/** Every call that changes the disk counts, in the order in which they are made. */
async function dieBefore(step: number): Promise<void> {
  let steps = 0;
  const count = (operation: unknown, target: object) =>
    new Proxy(operation as (...parameters: unknown[]) => unknown, {
      apply(call, self, parameters) {
        if (++steps === step) process.kill(process.pid, 'SIGKILL');
        return Reflect.apply(call, self === undefined ? target : self, parameters);
      },
    });
  const handle = await files.open(process.execPath);
  const ofHandle = Object.getPrototypeOf(handle);
  await handle.close();
  for (const [target, names] of [
    [files, ['rename', 'rm', 'mkdir', 'chmod', 'open']],
    [ofHandle, ['writeFile', 'sync']],
  ] as const) {
    for (const name of names) target[name] = count(target[name], target);
  }
}
