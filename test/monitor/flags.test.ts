import { execFileSync } from 'node:child_process';
import { link, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FeatureFlagUsage } from '../../src/lib/contract/index.js';
import { createFlags } from '../../src/lib/monitor/flags/index.js';
import { countProvider, openFeatureProvider } from '../../src/lib/monitor/flags/open-feature.js';
import { includes, shareOf } from '../../src/lib/monitor/flags/rules.js';
import { createFlagUsage } from '../../src/lib/monitor/flags/usage.js';
import { temporaryDirectory } from '../support/run.js';

describe('rules', () => {
  test.each([
    [true, undefined, 'production', 100],
    [false, { production: true }, 'production', 100],
    [true, { production: false }, 'production', 0],
    [true, { production: false }, 'staging', 100],
    [{ percentage: 30 }, { production: { percentage: 5 } }, 'production', 5],
    [{ percentage: 30 }, { production: true }, 'constructor', 30],
  ])('%j, %j in %s is on for %d %%', (enabled, environments, environment, share) => {
    expect(shareOf(environments ? { enabled, environments } : { enabled }, environment)).toBe(share);
  });

  test('a growing share switches nobody off, and the answer stays the same', () => {
    const shares = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(shares, shares, fc.string(), fc.string(), (a, b, name, key) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        expect(includes(small, name, key)).toBe(includes(small, name, key));
        if (includes(small, name, key)) expect(includes(large, name, key)).toBe(true);
      }),
    );
  });

  test('a share of 25 % is a quarter of the keys, another quarter for another flag, and nobody without a key', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `user ${i}`);
    const [one, two] = ['one', 'two'].map((name) => keys.filter((key) => includes(25, name, key)));
    expect((one?.length ?? 0) / keys.length).toBeCloseTo(0.25, 1);
    const both = one?.filter((key) => two?.includes(key)) ?? [];
    expect(both.length / keys.length).toBeCloseTo(0.0625, 1);
    expect(includes(99, 'one', undefined)).toBe(false);
    expect(includes(100, 'one', undefined)).toBe(true);
  });
});

const flagsIn = (text?: string) => {
  const file = join(temporaryDirectory(), 'flags.json');
  const notices: string[] = [];
  const flags = createFlags({ file, environment: 'production', onNotice: (notice) => notices.push(notice) });
  const write = (content: string) => writeFile(file, content);
  return { file, flags, notices, write, ready: text === undefined ? flags.reload() : write(text).then(flags.reload) };
};

describe('flags of a file', () => {
  test('are evaluated, counted, and listed with who owns them; an unknown one is the default and told', async () => {
    const { flags, ready } = flagsIn(
      '{"flags":{"new":{"enabled":true,"owner":"web","expires":"2027-01-31"},"some":{"enabled":{"percentage":50}},"idle":{"enabled":false}}}',
    );
    await ready;
    expect([flags.isEnabled('new'), flags.isEnabled('new', { default: false }), flags.isEnabled('typo')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(flags.isEnabled('typo', { default: true })).toBe(true);
    const usage = flags.usage();
    for (const line of usage) FeatureFlagUsage.parse(line);
    expect(usage).toMatchObject([
      {
        name: 'new',
        enabled: true,
        percentage: null,
        owner: 'web',
        expires: '2027-01-31',
        evaluations: 2,
        enabledEvaluations: 2,
      },
      { name: 'some', enabled: null, percentage: 50, evaluations: 0, lastEvaluation: null },
      { name: 'idle', enabled: false, known: true },
      { name: 'typo', known: false, evaluations: 2, enabledEvaluations: 1 },
    ]);
  });

  test('a file that is wrong changes nothing and is told once, with the place; none at all is no flags', async () => {
    const { flags, notices, write, ready } = flagsIn('{"flags":{"on":{"enabled":true}}}');
    await ready;
    for (const wrong of [
      '{"flags":{"on":{"enab',
      '{"flags":{"on":{"enabled":"yes"}}}',
      '{"flags":{"on":{"enabled":"yes"}}}',
    ]) {
      await write(wrong);
      await flags.reload();
      expect(flags.isEnabled('on')).toBe(true);
    }
    expect(notices).toEqual([expect.stringMatching(/not JSON/), expect.stringMatching(/flags\.on\.enabled: /)]);
    const missing = flagsIn();
    await missing.ready;
    expect([missing.flags.isEnabled('on'), missing.notices]).toEqual([false, []]);
  });

  test('a reading that takes its time does not bring back what was replaced meanwhile', async () => {
    const { file, flags, ready, write } = flagsIn('{"flags":{}}');
    await ready;
    await rm(file);
    execFileSync('mkfifo', [file]);
    await link(file, `${file}.slow`);
    const slow = flags.reload();
    const pipe = await open(`${file}.slow`, 'w'); // opens once the reader is there
    await rm(file);
    await write('{"flags":{"on":{"enabled":false}}}');
    await flags.reload();
    await pipe.write('{"flags":{"on":{"enabled":true}}}');
    await pipe.close();
    await slow;
    expect(flags.isEnabled('on')).toBe(false);
  });

  test('are read again when the file is replaced, as editors do it', async () => {
    const { file, flags, ready } = flagsIn('{"flags":{"on":{"enabled":false}}}');
    await ready;
    flags.start();
    try {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await writeFile(`${file}.new`, '{"flags":{"on":{"enabled":true}}}');
      await rename(`${file}.new`, file);
      const end = performance.now() + 5_000;
      while (!flags.isEnabled('on') && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(flags.isEnabled('on')).toBe(true);
    } finally {
      flags.stop();
    }
  }, 10_000);
});

describe('counting', () => {
  test('by day for the archive, absolute and only what changed; names are bounded', () => {
    const clock = { now: Date.parse('2026-11-02T23:59:00Z') };
    const { count, outbox, counted } = createFlagUsage(() => clock.now);
    count('a', 'file', true);
    count('a', 'file', false);
    expect(outbox.take(10_000)).toEqual([
      {
        flag: 'a',
        day: '2026-11-02',
        evaluations: 2,
        enabledEvaluations: 1,
        lastEvaluationAt: '2026-11-02T23:59:00.000Z',
      },
    ]);
    outbox.settle(outbox.take(10_000));
    expect(outbox.take(10_000)).toEqual([]);
    clock.now += 120_000;
    count('a', 'file', true);
    expect(outbox.take(10_000)).toMatchObject([{ day: '2026-11-03', evaluations: 1 }]);
    for (let i = 0; i < 5_000; i++) count(`made up ${i}`, 'file', true);
    expect(counted().length).toBeLessThanOrEqual(1_001);
    expect(counted().find(({ name }) => name === 'other')?.evaluations).toBe(4_001);
  });

  test('OpenFeature: our flags as a provider, and a provider of the application counted', async () => {
    const { flags, ready } = flagsIn(
      '{"flags":{"on":{"enabled":true},"some":{"enabled":{"percentage":100}},"part":{"enabled":{"percentage":50}}}}',
    );
    await ready;
    const provider = openFeatureProvider(flags);
    expect(await provider.resolveBooleanEvaluation('on', false)).toEqual({
      value: true,
      variant: 'on',
      reason: 'STATIC',
    });
    expect(await provider.resolveBooleanEvaluation('part', false, { targetingKey: 'u' })).toMatchObject({
      reason: 'SPLIT',
    });
    expect(await provider.resolveBooleanEvaluation('none', true)).toEqual({
      value: true,
      reason: 'ERROR',
      errorCode: 'FLAG_NOT_FOUND',
    });
    expect(await provider.resolveStringEvaluation('on', 'x')).toMatchObject({ value: 'x', errorCode: 'TYPE_MISMATCH' });
    const counted = countProvider({ ...provider, metadata: { name: 'theirs' } }, flags.counts);
    await counted.resolveBooleanEvaluation('on', false);
    expect(flags.usage()).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'on', source: 'theirs', evaluations: 1 })]),
    );
  });

  test('OpenFeature: a counted provider is asked as itself, with what it prepared and keeps to itself', async () => {
    class Theirs {
      readonly metadata = { name: 'theirs' };
      readonly #defaults = new Map([['on', true]]);
      client: ReadonlyMap<string, boolean> | undefined;
      async initialize() {
        this.client = this.#defaults;
      }
      async resolveBooleanEvaluation(flag: string, fallback: boolean) {
        return { value: this.client?.get(flag) ?? fallback };
      }
    }
    const counts = createFlagUsage();
    const provider = new Theirs();
    const counted = countProvider(provider, counts);
    await counted.initialize();
    expect(await counted.resolveBooleanEvaluation('on', false)).toEqual({ value: true });
    expect(counts.counted()).toMatchObject([{ name: 'on', source: 'theirs', evaluations: 1, enabledEvaluations: 1 }]);
    counted.client = new Map();
    expect([provider.client?.size, 'client' in counted, counted instanceof Theirs]).toEqual([0, true, true]);
    const frozen = Object.freeze({
      metadata: { name: 'frozen' },
      resolveBooleanEvaluation: async () => ({ value: true }),
    });
    expect(await countProvider(frozen, counts).resolveBooleanEvaluation()).toEqual({ value: true });
  });
});
