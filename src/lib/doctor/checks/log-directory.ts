import { stat } from 'node:fs/promises';
import { systemCode } from '../../errors.js';
import { type Check, failed, ok, warning } from '../check.js';

/** `logs rotate` works there. */
export const logDirectory: Check = {
  name: 'log directory',
  examine: async ({ context }) => {
    const { directory } = (await context.config()).logs;
    const found = await stat(directory).catch((error: unknown) => systemCode(error) ?? 'unreadable');
    if (typeof found === 'string') {
      return warning(`${directory} cannot be read (${found})`, 'set logs.directory or app.root in the configuration');
    }
    if (!found.isDirectory()) return failed(`${directory} is not a directory`, 'set logs.directory');
    if ((found.mode & 0o002) !== 0) {
      return failed(`${directory} is writable by everybody: files in it cannot be trusted`, `chmod o-w ${directory}`);
    }
    return ok(`${directory} is there, and others cannot write to it`);
  },
};
