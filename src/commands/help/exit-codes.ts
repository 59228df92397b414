import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { ERROR_CODES, EXIT_CODES } from '../../lib/errors.js';
import { conclude } from '../../lib/status.js';

const Result = z.array(
  z.strictObject({ code: z.number(), name: z.string(), meaning: z.string(), errors: z.array(z.string()) }),
);

const listExitCodes = () =>
  EXIT_CODES.map((exit) => ({
    ...exit,
    errors: Object.entries(ERROR_CODES).flatMap(([error, code]) => (code === exit.code ? [error] : [])),
  }));

export default defineCommand({
  flags: z.object({}),
  result: Result,
  run: async () => conclude(listExitCodes()),
  summary: (codes) => `${codes.length} exit codes; anything else means failure`,
  view: (codes, theme) =>
    theme.table(
      ['exit', 'name', 'meaning'],
      codes.map(({ code, name, meaning }) => [code, name, meaning]),
    ),
  examples: ['viktoria-ops help exit-codes'],
  sample: listExitCodes(),
});
