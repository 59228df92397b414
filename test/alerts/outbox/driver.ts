/**
 * Evaluations side by side, each over a state of its own, in a process that the test of `kill -9` ends: two events into
 * the outbox, the state committed, what waits delivered; then a dot on stdout. The process dies by its own hand right
 * before the n-th change to the disk, if n is given.
 */
import files from 'node:fs/promises';
import { join } from 'node:path';
import { deliver, enqueue } from '../../../src/lib/alerts/outbox/index.js';
import { writeFileAtomic } from '../../../src/lib/files/index.js';
import { alertEvent, channelsOf } from '../../support/delivery.js';

const [directory = '', url = '', side = '1', lastStep = '0'] = process.argv.slice(2);
void dieBefore(Number(lastStep)).then(() => {
  for (let run = 0; run < Number(side); run++) void evaluate(String(run)).then(() => process.stdout.write('.'));
});

async function evaluate(name: string): Promise<void> {
  const state = join(directory, name);
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
  const notifications = ['first', 'second'].flatMap((channel) => events.map((event) => ({ channel, event })));
  await enqueue(context, notifications);
  await writeFileAtomic(committed, String(episode + 1));
  const channels = channelsOf({
    first: { type: 'webhook', url: `${url}/${name}/first` },
    second: { type: 'webhook', url: `${url}/${name}/second` },
  });
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
