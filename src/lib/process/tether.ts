/** A program that ends with this process, even when that is killed: it may not notice by itself, waiting for a lock. */
import { existsSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { Program } from './chain.js';

/** Of util-linux, as flock is. busybox's, a link to busybox, lacks the option. */
const SETPRIV = '/usr/bin/setpriv';
let known: boolean | undefined;

/** Whether programs end with us whatever happens, also those that neither read from us nor write to us. */
export function canTether(): boolean {
  known ??= process.platform === 'linux' && existsSync(SETPRIV) && basename(realpathSync(SETPRIV)) === 'setpriv';
  return known;
}

/** The program as it is started: with `PR_SET_PDEATHSIG` of prctl(2) where that can be had. */
export function tether({ file, args }: Pick<Program, 'file' | 'args'>): { file: string; args: string[] } {
  return canTether()
    ? { file: SETPRIV, args: ['--pdeathsig', 'TERM', '--', file, ...args] }
    : { file, args: [...args] };
}
