/** What a sample is made of. */
import { application } from './application.js';
import { database } from './database.js';
import { fileSystems } from './file-systems.js';
import type { Reading } from './reading.js';

export const readings: readonly Reading[] = [fileSystems, database, application];
