/** `incidents show`: one incident, for people in it and for those who write about it afterwards. */
import { resolve } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { writeFileAtomic } from '../files/index.js';
import { conclude, type Outcome } from '../status.js';
import { Incident } from './incident.js';
import { readRuns } from './journal.js';
import { postMortem } from './markdown.js';
import { Run } from './run.js';
import { selectIncident } from './select.js';

export const ShowFlags = z.object({
  id: z.string().min(1),
  markdown: z.boolean().default(false),
  write: z.string().min(1).optional(),
});
export type ShowFlags = z.output<typeof ShowFlags>;

export const ShownIncident = z.strictObject({
  incident: Incident,
  runs: z.array(Run),
  /** The view is a post-mortem in Markdown. */
  markdown: z.boolean(),
  /** Where the post-mortem was written to. */
  written: z.string().nullable(),
});
export type ShownIncident = z.output<typeof ShownIncident>;

/** Errors: `VOPS-USAGE`; `VOPS-FILE` where the post-mortem cannot be written. */
export async function showIncident(
  { config, cwd }: Pick<Context, 'config' | 'cwd'>,
  { id, markdown, write }: ShowFlags,
): Promise<Outcome<ShownIncident>> {
  const { stateDirectory } = await config();
  const incident = await selectIncident(stateDirectory, id);
  const written = write === undefined ? null : resolve(cwd, write);
  if (written !== null) await writeFileAtomic(written, postMortem(incident));
  return conclude({ incident, runs: await readRuns(stateDirectory, incident), markdown, written });
}
