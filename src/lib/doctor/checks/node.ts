import { type Check, ok } from '../check.js';

/** One that is too old does not get here: see node-version.ts. */
export const node: Check = {
  name: 'node',
  examine: async () => ok(`Node.js ${process.versions.node}`),
};
