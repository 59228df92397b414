import { stat } from 'node:fs/promises';
import { passwordFile } from '../../pg/password.js';
import { type Check, ok, warning } from '../check.js';

/** Files that hold secrets: the configuration, and the password file of libpq. */
export const secrets: Check = {
  name: 'secrets',
  examine: async ({ context }) => {
    const path = passwordFile(context.env);
    const mode = await stat(path).then(
      (found) => found.mode & 0o777,
      () => undefined,
    );
    if (mode !== undefined && (mode & 0o077) !== 0) {
      return warning(
        `${path} has mode ${mode.toString(8)}, so that PostgreSQL programs ignore it`,
        `chmod 600 ${path}`,
      );
    }
    const [exposed] = (await context.config()).warnings;
    if (exposed) return warning(exposed.message, exposed.hint ?? 'chmod 600 the file');
    return ok('no file with secrets is open to others');
  },
};
