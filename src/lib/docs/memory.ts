/** What sections said when they could last be written. */
import { join } from 'node:path';
import * as z from 'zod';
import { OperatorError, systemCode } from '../errors.js';
import { readRegularFile, writeFileAtomic } from '../files/index.js';
import { Block } from './block.js';

const Memory = z.record(z.string(), z.strictObject({ at: z.iso.datetime(), blocks: z.array(Block) }));
export type Memory = z.output<typeof Memory>;

const MAX_BYTES = 10_000_000;
const fileIn = (stateDirectory: string): string => join(stateDirectory, 'handbook.json');

/** Nothing where there is none, or none that can be read: it only helps out. Errors: `VOPS-FILE` but for those. */
export async function readMemory(stateDirectory: string): Promise<Memory> {
  try {
    const text = (await readRegularFile(fileIn(stateDirectory), MAX_BYTES)).toString('utf8');
    return Memory.safeParse(JSON.parse(text)).data ?? {};
  } catch (error) {
    const isAbsent = error instanceof OperatorError && systemCode(error.cause) === 'ENOENT';
    if (isAbsent || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Errors: `VOPS-FILE`, `VOPS-DISK-FULL`. */
export const writeMemory = (stateDirectory: string, memory: Memory): Promise<void> =>
  writeFileAtomic(fileIn(stateDirectory), `${JSON.stringify(memory)}\n`);
