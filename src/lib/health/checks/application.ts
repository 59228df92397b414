/** What the application says of itself. */
import { conclude } from '../../status.js';
import type { HealthCheck } from '../check.js';
import { describeApplication, judgeApplication } from '../decide.js';

export const application: HealthCheck = {
  name: 'application',
  assess: async ({ context, overview }) => {
    const answer = await overview;
    const { health } = await context.config();
    return conclude(describeApplication(answer), judgeApplication(answer, health));
  },
};
