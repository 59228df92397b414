/** What sections said when they could last be written. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Config } from '../config/index.js';
import { OperatorError, systemCode } from '../errors.js';
import { readRegularFile, writeFileAtomic } from '../files/index.js';
import { Block } from './block.js';

const Memory = z.record(z.string(), z.strictObject({ at: z.iso.datetime(), blocks: z.array(Block) }));
export type Memory = z.output<typeof Memory>;

const MAX_BYTES = 10_000_000;
type Place = Pick<Config, 'stateDirectory' | 'environment'>;
/** What one environment said is nothing that another could be said to have. */
const fileOf = ({ stateDirectory, environment }: Place): string =>
  join(stateDirectory, environment === 'default' ? 'handbook.json' : `handbook-${environment}.json`);

/** Nothing where there is none, or none that can be read: it only helps out. Errors: `VOPS-FILE` but for those. */
export async function readMemory(place: Place): Promise<Memory> {
  try {
    const text = (await readRegularFile(fileOf(place), MAX_BYTES)).toString('utf8');
    return Memory.safeParse(JSON.parse(text)).data ?? {};
  } catch (error) {
    const isAbsent = error instanceof OperatorError && systemCode(error.cause) === 'ENOENT';
    if (isAbsent || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Errors: `VOPS-FILE`, `VOPS-DISK-FULL`. */
export const writeMemory = (place: Place, memory: Memory): Promise<void> =>
  writeFileAtomic(fileOf(place), `${JSON.stringify(memory)}\n`);
