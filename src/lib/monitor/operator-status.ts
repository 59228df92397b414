/** What the operator's side wrote for the page, from its file. */
import { readFile, stat } from 'node:fs/promises';
import { OperatorStatus } from '../contract/index.js';
import { Refusal } from './refusal.js';

/** `monitoring publish` writes some kilobytes. */
const LARGEST_BYTES = 1_000_000;

/**
 * Null where there is no such file, or none is configured. Throws for a file that is not what we write, and Refusal 503
 * for one that this user cannot reach: the state directory of the operator's side is closed to others.
 */
export async function readOperatorStatus(file: string | undefined): Promise<OperatorStatus | null> {
  const found = file === undefined ? undefined : await stat(file).catch(nothingOrRefusal);
  if (file === undefined || found === undefined) return null;
  if (!found.isFile() || found.size > LARGEST_BYTES) throw new Error(`${file} is not what monitoring publish writes`);
  const text = await readFile(file, 'utf8').catch(nothingOrRefusal);
  return text === undefined ? null : OperatorStatus.parse(JSON.parse(text));
}

function nothingOrRefusal(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw new Refusal(503, `operatorStatusFile cannot be reached by the user of the application (${error.code})`);
}
