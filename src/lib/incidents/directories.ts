/** Where incidents are kept. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.js';

export const incidentsDirectory = (stateDirectory: string): string => join(stateDirectory, 'incidents');
export const runsDirectory = (stateDirectory: string): string => join(incidentsDirectory(stateDirectory), 'runs');

/** Whether there ever was one; true as well where that cannot be told: whoever reads them then says why. */
export async function hasIncidents(stateDirectory: string): Promise<boolean> {
  return access(incidentsDirectory(stateDirectory)).then(
    () => true,
    (error: unknown) => systemCode(error) !== 'ENOENT',
  );
}
