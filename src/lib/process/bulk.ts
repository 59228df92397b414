/** Programs of C that read or print gigabytes: in the 4 kB of its library, every piece wakes up whoever is at the other end. */
import { existsSync } from 'node:fs';
import type { Program } from './chain.js';

/** Of GNU coreutils; elsewhere it just takes longer. */
const STDBUF = '/usr/bin/stdbuf';
const BUFFERS = ['-i256K', '-o256K'];
let known: boolean | undefined;

/** The program with larger buffers for what it reads on stdin and prints on stdout, where that can be had. */
export function inBulk({ file, args }: Pick<Program, 'file' | 'args'>): { file: string; args: string[] } {
  known ??= existsSync(STDBUF);
  return known ? { file: STDBUF, args: [...BUFFERS, file, ...args] } : { file, args: [...args] };
}
