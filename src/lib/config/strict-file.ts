/** Files beside the configuration that are read as strictly: JSON or YAML, every problem with its place. */
import type * as z from 'zod';
import { check } from './issues.js';
import { formatPath } from './origin.js';
import { firstOf, invalidConfig } from './problems.js';
import { readConfig } from './source.js';

/** The file by its schema. Errors: `VOPS-CONFIG-NOT-FOUND`, `VOPS-CONFIG-INVALID` with every problem and where it stands. */
export async function readStrictFile<Output>(file: string, schema: z.ZodType<Output>): Promise<Output> {
  const source = await readConfig(file);
  const { data, issues } = check(schema, source.content.data);
  if (data !== undefined) return data;
  const document = await source.document();
  throw invalidConfig(
    firstOf(issues ?? []).map(({ path, what, isKey }) => {
      const { key, value } = document.locate(path);
      return { place: (isKey ? key : value).text, key: formatPath(path), what };
    }),
    { hint: `mend ${file}` },
  );
}
