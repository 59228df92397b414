/** The Node.js that the program runs on. */
import { OperatorError } from './errors.js';

/** `engines` of our package.json. */
const OLDEST = { major: 20, minor: 19 } as const;

/**
 * An older Node.js runs most of the program and gets the rest wrong: to 18 each file of the state looks empty, and what it
 * held would be written over.
 * @throws OperatorError VOPS-TOOL-MISSING
 */
export function requireNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return;
  throw new OperatorError('VOPS-TOOL-MISSING', `Node.js ${version} is too old: nothing was done`, {
    hint: `install Node.js ${OLDEST.major}.${OLDEST.minor} or newer; where it is there, put it first in PATH, in that of cron too`,
  });
}
