/** Files: written whole or not at all, private whatever the umask, and read without surprises. */
export { appendLines } from './append.js';
export { syncDirectory, writeFileAtomic } from './atomic.js';
export { type Compressor, type CompressorName, chooseCompressor, compress, isArchiveOf, isIntact } from './compress.js';
export { type HeldDirectory, withDirectory, withDirectoryToRead } from './directory.js';
export { fileError } from './errors.js';
export { type FileSystemReading, mountPointOf, readFileSystems } from './file-systems.js';
export { freeSpaceAt } from './free-space.js';
export { inMemory, withNamelessFile } from './nameless.js';
export { createLike, renameToFree, withRegularFile } from './place.js';
export { ensurePrivateDirectory } from './private-directory.js';
export { readRegularFile } from './regular-file.js';
