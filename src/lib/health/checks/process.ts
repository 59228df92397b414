/** The application's own process: is its event loop free, is its heap large enough? */
import { conclude } from '../../status.js';
import { type HealthCheck, notAssessed } from '../check.js';
import { describeProcess, judgeProcess } from '../decide.js';

export const process: HealthCheck = {
  name: 'process',
  assess: async ({ context, overview }) => {
    const answer = await overview.catch(() => null);
    if (answer === null) return notAssessed();
    if (!answer.process) return { status: 'skipped', findings: [], result: 'the application does not report it' };
    return conclude(describeProcess(answer.process), judgeProcess(answer.process, await context.config()));
  },
};
