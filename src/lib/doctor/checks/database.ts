import { type Check, failedBy, ok } from '../check.js';

export const database: Check = {
  name: 'database',
  examine: async ({ context, server }) => {
    const { host, port, database: name } = (await context.config()).database;
    try {
      return ok(`PostgreSQL ${(await server).version} answers at ${host}:${port}, database ${name}`);
    } catch (error) {
      return failedBy(error);
    }
  },
};
