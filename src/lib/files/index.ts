/** Files: written whole or not at all, private whatever the umask, and read without surprises. */
export { syncDirectory, writeFileAtomic } from './atomic.js';
export { fileError } from './errors.js';
export { ensurePrivateDirectory } from './private-directory.js';
export { readRegularFile } from './regular-file.js';
