import { describe, expect, test } from '@jest/globals';
import { createRecorder } from '../../src/lib/monitor/history/recorder.js';
import { createTracer } from '../../src/lib/monitor/hooks/tracer.js';
import { watchSubscribers } from '../../src/lib/strapi/hooks.js';
import type { LifecycleEvent, Subscriber } from '../../src/lib/strapi/shapes.js';

const UID = 'api::note.note';

/** Runs subscribers as `@strapi/database` does. */
function watching() {
  const subscribers: Subscriber[] = [];
  const lifecycles = { subscribe: (subscriber: Subscriber): unknown => subscribers.push(subscriber) };
  const recorder = createRecorder({ instance: 'test' });
  watchSubscribers({ lifecycles }, { recorder, tracer: createTracer(recorder) }, process.cwd());
  return {
    subscribe: (subscriber: unknown) => lifecycles.subscribe(subscriber as Subscriber),
    async run(action: string) {
      const event: LifecycleEvent = { action, model: { uid: UID } };
      for (const subscriber of subscribers) {
        if (typeof subscriber === 'function') await subscriber(event);
        else if (action in subscriber && (!subscriber.models || (subscriber.models as string[]).includes(UID))) {
          await (subscriber[action] as (event: LifecycleEvent) => unknown)(event);
        }
      }
    },
    counted: () => recorder.counters().map(({ operation, executions }) => [operation, executions]),
  };
}

describe('a subscriber works as it would unwatched, and is counted', () => {
  test('an instance whose models and methods read private fields', async () => {
    class Base {
      beforeUpdate() {
        return this;
      }
    }
    class Search extends Base {
      readonly #models = [UID];
      runs = 0;
      get models() {
        return this.#models;
      }
      async afterCreate() {
        this.runs += this.#models.length;
      }
    }
    const watched = watching();
    const search = new Search();
    watched.subscribe(search);
    await watched.run('afterCreate');
    await watched.run('beforeUpdate');
    await watched.run('afterDelete');
    expect(search.runs).toBe(1);
    expect(watched.counted()).toEqual([
      ['afterCreate', 1],
      ['beforeUpdate', 1],
    ]);
  });

  test('a frozen one', async () => {
    let runs = 0;
    const watched = watching();
    watched.subscribe(Object.freeze({ models: [UID], afterUpdate: () => runs++ }));
    await watched.run('afterUpdate');
    await watched.run('afterUpdate');
    expect(runs).toBe(2);
    expect(watched.counted()).toEqual([['afterUpdate', 2]]);
  });

  test('one that gets its methods and models after it was subscribed', async () => {
    const runs: string[] = [];
    const watched = watching();
    const subscriber: Record<string, unknown> = { models: [] };
    watched.subscribe(subscriber);
    await watched.run('afterUpdate');
    Object.assign(subscriber, { models: [UID], afterUpdate: () => runs.push('late') });
    await watched.run('afterUpdate');
    expect(runs).toEqual(['late']);
    expect(watched.counted()).toEqual([['afterUpdate', 1]]);
  });

  test('where somebody has stacks made of something else than text', async () => {
    const usual = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace') ?? { value: undefined };
    const watched = watching();
    try {
      Error.prepareStackTrace = (_error, sites) => sites;
      watched.subscribe({ afterUpdate: () => undefined });
    } finally {
      Object.defineProperty(Error, 'prepareStackTrace', usual);
    }
    await watched.run('afterUpdate');
    expect(watched.counted()).toEqual([['afterUpdate', 1]]);
  });
});
