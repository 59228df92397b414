/** `capacity record`: a sample a day of what can run out, so that there is a history to forecast from. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { appendSamples, journalDirectory, pruneSamples } from './journal.js';
import { readings } from './record/index.js';
import type { Reading } from './record/reading.js';
import { type Resources, Sample } from './sample.js';

export const RecordFlags = z.object({});

export const Recorded = z.object({
  sample: Sample,
  /** Where it went; null as long as it is only planned. */
  directory: z.string().nullable(),
});
export type Recorded = z.infer<typeof Recorded>;

type ReadContext = Pick<Context, 'api' | 'config' | 'now' | 'pg' | 'signal'>;

/** Takes the sample. A part that cannot be read is a finding, and the rest is kept. */
export async function takeSample(context: ReadContext): Promise<Outcome<Recorded>> {
  const at = context.now().toISOString();
  const parts = await Promise.all(readings.map((reading) => readPart(context, reading)));
  const resources: Resources = Object.assign({}, ...parts.map((part) => part.resources));
  const findings = parts.flatMap(({ finding }) => finding ?? []);
  return conclude({ sample: { at, resources }, directory: null }, findings);
}

/** Adds the sample to the journal and forgets the oldest month. Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`. */
export async function keepSample(
  context: Pick<Context, 'config' | 'state'>,
  taken: Outcome<Recorded>,
): Promise<Outcome<Recorded>> {
  await context.state();
  const directory = await journalDirectory(context);
  const { sample } = taken.result;
  const { keepMonths } = (await context.config()).capacity;
  await appendSamples(directory, [sample]);
  await pruneSamples(directory, { keepMonths, at: sample.at });
  return { ...taken, result: { ...taken.result, directory } };
}

async function readPart(
  context: ReadContext,
  { name, read }: Reading,
): Promise<{ readonly resources: Resources; readonly finding?: Finding }> {
  try {
    return { resources: await read(context) };
  } catch (error) {
    if (context.signal.aborted || !(error instanceof OperatorError)) throw error;
    const { message, hint } = error;
    return {
      resources: {},
      finding: {
        code: 'VOPS-CAPACITY-UNREAD',
        severity: error.code === 'VOPS-API-NOT-OFFERED' ? 'info' : 'unknown',
        message: `this sample lacks the ${name}: ${message}`,
        ...(hint !== undefined && { hint }),
      },
    };
  }
}
