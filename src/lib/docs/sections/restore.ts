import { directSettings } from '../../pg/direct.js';
import { commands, text } from '../block.js';
import { quoteArgument } from '../command-line.js';
import type { Section } from '../section.js';

/** From a loss to a running backend, in the commands of this installation. */
export const restore: Section = {
  id: 'restore',
  title: 'Restore',
  write: async ({ config, command }) => {
    const { database } = directSettings(config.database);
    const { encryption, remote } = config.backup;
    const name = quoteArgument(database);
    return [
      text('Step 1: Find what there is, and how well it is proven.'),
      commands(command('backup list'), ...(remote ? [command('backup list --remote')] : [])),
      ...(encryption ? [text(keysNeeded(encryption.identities))] : []),
      text(
        'Step 2: Restore the newest database backup beside the one in use, and look at it. Nothing in use is touched.',
      ),
      commands(command('db restore newest --dry-run'), command('db restore newest')),
      text('Step 3: Put it in the place of the one in use. The backend must be stopped; what was there is kept aside.'),
      commands(
        command(`db restore newest --into ${name} --confirm ${name} --dry-run`),
        command(`db restore newest --into ${name} --confirm ${name}`),
      ),
      text('Step 4: Get files and configuration into a directory of their own, and copy from there what is missing.'),
      commands(
        command('backup restore newest --into restored-files'),
        command('backup restore newest --kind config --into restored-config'),
      ),
      ...(remote ? [text('With this host lost, the same from the bucket: add --remote to each restore.')] : []),
      text('Step 5: Start the backend, and see that it is well.'),
      commands(command('health'), command('integrity check')),
    ];
  },
};

const keysNeeded = (identities: readonly string[]): string =>
  identities.length > 0
    ? `Backups are encrypted. The private keys are in ${identities.join(', ')}; without one of them nothing can be read.`
    : 'Backups are encrypted, and this host has no private key: bring one, and name it in backup.encryption.identities.';
