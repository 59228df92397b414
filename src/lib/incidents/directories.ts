/** Where incidents are kept. */
import { join } from 'node:path';

export const incidentsDirectory = (stateDirectory: string): string => join(stateDirectory, 'incidents');
export const runsDirectory = (stateDirectory: string): string => join(incidentsDirectory(stateDirectory), 'runs');
