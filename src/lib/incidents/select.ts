/** Which incident a person means. */
import { OperatorError } from '../errors.js';
import { suggest } from '../suggest.js';
import type { Incident } from './incident.js';
import { readIncidents } from './store.js';

/**
 * By its id; by the name of its playbook or alert, which is the latest of them; or `latest`, the newest of all.
 * @throws OperatorError VOPS-USAGE
 */
export async function selectIncident(stateDirectory: string, wanted: string): Promise<Incident> {
  const { incidents } = await readIncidents(stateDirectory);
  const found =
    incidents.find(({ id }) => id === wanted) ?? incidents.find(({ key }) => key === wanted || wanted === 'latest');
  if (found) return found;
  const meant = suggest(wanted, [...new Set(incidents.flatMap(({ id, key }) => [id, key]))]);
  throw new OperatorError('VOPS-USAGE', `there is no incident ${wanted}`, {
    hint: meant === undefined ? 'see them with: viktoria-ops incidents list' : `did you mean ${meant}?`,
  });
}
