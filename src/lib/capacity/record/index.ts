/** What a sample is made of. */
import { database } from './database.js';
import { fileSystems } from './file-systems.js';
import { queue } from './queue.js';
import type { Reading } from './reading.js';
import { usage } from './usage.js';

export const readings: readonly Reading[] = [fileSystems, database, queue, usage];
