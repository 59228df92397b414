/**
 * The search, by cosmiconfig. Its factory `cosmiconfig()` is not used: before it looks at its options it loads
 * `.config/config.js` and the key `cosmiconfig` of package.json from the working directory (`metaSearchPlaces`), runs
 * that file, and lets it replace the search places. The Explorer below it has no such step.
 */
import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { Explorer } from 'cosmiconfig/dist/Explorer.js';
import type { Finding } from '../status.js';
import type { Found, SearchPlace } from './discover.js';
import { readConfigText } from './source.js';

/** The first file found, and warnings of those passed over. Errors: `VOPS-CONFIG-INVALID` of a file that cannot be read. */
export async function searchConfigFile(places: readonly SearchPlace[]): Promise<Found> {
  const warnings: Finding[] = [];
  for (const place of places) {
    const present = await filesIn(place);
    const [first, ...others] = present;
    if (first === undefined) continue;
    const distrusted = await whyDistrusted([place.directory, first]);
    if (distrusted !== undefined) {
      warnings.push(passedOver(first, distrusted));
      continue;
    }
    // Cosmiconfig reads what it finds: it would wait for ever on a FIFO, and pass over a file it may not read.
    for (const file of present) await readConfigText(file);
    const found = await explorer(place.names).search(place.directory);
    if (others.length > 0 && found) warnings.push(ambiguous(found.filepath, present));
    if (found) return { file: found.filepath, warnings };
  }
  return { file: undefined, warnings };
}

function explorer(names: readonly string[]): Explorer {
  return new Explorer({
    moduleName: 'viktoria-ops',
    searchPlaces: names,
    // It only finds; `parseConfigDocument` reads. So its own parsers, which quote the file, and `$import` are out.
    loaders: Object.fromEntries(names.map((name) => [extname(name), () => ({})])),
    searchStrategy: 'none', // this directory only: which ones come next, and whether to trust them, is decided here
    ignoreEmptySearchPlaces: false, // a file cut to nothing must not silently give way to another
    metaConfigFilePath: null,
    cache: false,
    transform: (result) => result,
  });
}

async function filesIn({ directory, names }: SearchPlace): Promise<readonly string[]> {
  const files = names.map((name) => join(directory, name));
  const exists = await Promise.all(files.map((file) => stat(file).then(Boolean, () => false)));
  return files.filter((_, index) => exists[index]);
}

/** A configuration may name programs to run, so nobody but us and root may have written it, nor be able to exchange it. */
async function whyDistrusted(paths: readonly string[]): Promise<string | undefined> {
  const own = process.getuid?.();
  if (own === undefined) return undefined; // Windows
  for (const path of paths) {
    const { uid, mode } = await stat(path);
    if (uid !== own && uid !== 0) return `${path} belongs to uid ${uid}`;
    if ((mode & (own === 0 ? 0o022 : 0o002)) !== 0) return `others may write to ${path}`;
  }
  return undefined;
}

const passedOver = (file: string, why: string): Finding => ({
  code: 'VOPS-CONFIG-PASSED-OVER',
  severity: 'warning',
  message: `${file} was not used: ${why}`,
  hint: `to use it all the same: --config ${file}`,
});

const ambiguous = (file: string, present: readonly string[]): Finding => ({
  code: 'VOPS-CONFIG-AMBIGUOUS',
  severity: 'warning',
  message: `${present.map((path) => basename(path)).join(' and ')} stand side by side; ${file} holds`,
  hint: 'keep one of them',
});
