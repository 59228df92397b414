import { describe, expect, test } from '@jest/globals';
import { sharedFor } from '../../src/lib/monitor/limits.js';

describe('answers that are shared', () => {
  test('one work for all who ask the same while it is fresh, another for another question', async () => {
    let works = 0;
    const ask = sharedFor(60_000, async (question) => `${question} ${++works}`);
    const answers = await Promise.all([ask('7d'), ask('7d'), ask('30d')]);
    expect(answers).toEqual(['7d 1', '7d 1', '30d 2']);
    expect(await ask('7d')).toBe('7d 1');
  });

  test('once it is not, it is made anew', async () => {
    let works = 0;
    const ask = sharedFor(-1, async () => ++works);
    expect([await ask(''), await ask('')]).toEqual([1, 2]);
  });

  test('a failure is nobody else’s', async () => {
    let works = 0;
    const ask = sharedFor(60_000, async () => {
      if (++works === 1) throw new Error('not now');
      return works;
    });
    await expect(ask('')).rejects.toThrow('not now');
    expect(await ask('')).toBe(2);
  });
});
