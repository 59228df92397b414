/** The package's own folder and version, whether we run from the bundle or from the test build. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the folder that holds our package.json. */
export function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!isOurs(directory)) {
    if (dirname(directory) === directory) throw new Error('the package.json of viktoria-ops is not above its program');
    directory = dirname(directory);
  }
  return directory;
}

/** dist/ and bin/ have a package.json too, which only tells their module format. */
function isOurs(directory: string): boolean {
  const file = join(directory, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'viktoria-ops';
}

/** Version of viktoria-ops, such as `1.2.0`. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  return String(version);
}
