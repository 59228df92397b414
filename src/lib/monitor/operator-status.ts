/** What the operator's side wrote for the page, from its file. */
import { readFile, stat } from 'node:fs/promises';
import { OperatorStatus } from '../contract/index.js';

/** `monitoring publish` writes some kilobytes. */
const LARGEST_BYTES = 1_000_000;

/** Null where there is no such file, or none is configured. Throws for a file that is not what we write. */
export async function readOperatorStatus(file: string | undefined): Promise<OperatorStatus | null> {
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (file === undefined || found === undefined) return null;
  if (!found.isFile() || found.size > LARGEST_BYTES) throw new Error(`${file} is not what monitoring publish writes`);
  return OperatorStatus.parse(JSON.parse(await readFile(file, 'utf8')));
}
