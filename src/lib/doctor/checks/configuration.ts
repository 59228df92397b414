import { OperatorError } from '../../errors.js';
import { type Check, failed, ok } from '../check.js';

export const configuration: Check = {
  name: 'configuration',
  examine: async ({ context }) => {
    try {
      const { file, environment } = await context.config();
      return ok(file === undefined ? 'no file: defaults and variables hold' : `${file} is valid (${environment})`);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return failed(error.message, error.hint ?? 'viktoria-ops config validate');
    }
  },
};
