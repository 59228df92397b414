import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { type Check, type Diagnosis, failed, failedBy, ok, warning } from '../check.js';

/** Run records, locks and snapshots live there. Made here if need be, as every command would. */
export const stateDirectory: Check = {
  name: 'state directory',
  examine: async ({ context }) => {
    try {
      return await diagnose(await context.state());
    } catch (error) {
      return failedBy(error);
    }
  },
};

async function diagnose(path: string): Promise<Diagnosis> {
  const isWritable = await access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) return failed(`${path} cannot be written to`, `chown it to this user, or set stateDirectory`);
  const mode = (await stat(path)).mode & 0o777;
  if ((mode & 0o077) !== 0)
    return warning(`${path} is open to other users (mode ${mode.toString(8)})`, `chmod 700 ${path}`);
  return ok(`${path} is writable and private`);
}
