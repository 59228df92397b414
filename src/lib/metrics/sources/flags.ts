/** Whether feature flags were switched since the last reading. */
import { createHash } from 'node:crypto';
import type { FeatureFlagUsage } from '../../contract/index.js';
import type { Source } from './source.js';

export const flags: Source = {
  name: 'flags',
  api: 'optional',
  read: async ({ context, memory }) => {
    const fingerprint = fingerprintOf(await context.api('featureFlags'));
    const isChanged = memory !== undefined && memory !== fingerprint;
    return { values: { 'changes.flags': isChanged ? 1 : 0 }, memory: fingerprint };
  },
};

/** Flags that are only asked for are left out: they come and go with the traffic. */
function fingerprintOf(usage: readonly FeatureFlagUsage[]): string {
  const states = usage.filter(({ known }) => known).map(({ name, enabled, percentage }) => [name, enabled, percentage]);
  const text = states.map((state) => JSON.stringify(state)).toSorted();
  return createHash('sha256').update(text.join('\n')).digest('hex').slice(0, 32);
}
