/** Tests of what only some machines have: elsewhere they are skipped, and seen to be. */
import { test } from '@jest/globals';
import { serverVersion } from './database.js';

/** Of giving files away, and mounting. */
export const asRoot = process.getuid?.() === 0 ? test : test.skip;

/** @param major first version of PostgreSQL that has it */
export const sincePostgres = (major: number) => (serverVersion >= major * 10_000 ? test : test.skip);
