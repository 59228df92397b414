import { type Check, failed, ok } from '../check.js';

/** `engines` of our package.json. */
const OLDEST = { major: 20, minor: 19 } as const;

export const node: Check = {
  name: 'node',
  examine: async () => diagnoseNode(process.versions.node),
};

export function diagnoseNode(version: string) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
  if (isEnough) return ok(`Node.js ${version}`);
  return failed(`Node.js ${version} is too old`, `install Node.js ${OLDEST.major}.${OLDEST.minor} or newer`);
}
