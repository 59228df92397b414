/** Can this host reach what the configuration names, how fast, and how long is the certificate still good? */
import { conclude, worstOf } from '../../status.js';
import type { HealthCheck } from '../check.js';
import { describeNetwork, judgeNetwork } from '../decide.js';
import { endpointsOf, probe } from '../endpoints.js';

export const network: HealthCheck = {
  name: 'network',
  assess: async ({ context }) => {
    const config = await context.config();
    const probes = await Promise.all(endpointsOf(config).map((endpoint) => probe(endpoint, context.signal)));
    const outcome = conclude(describeNetwork(probes), judgeNetwork(probes, config));
    const isComplete = probes.every(({ isReachable }) => isReachable);
    return isComplete ? outcome : { ...outcome, status: worstOf([outcome.status, 'unknown']) };
  },
};
