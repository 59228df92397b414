/** The parts of a run, where its command was a tier or looked at all environments: what formats make of it one by one. */
import type { Document } from './document.js';
import { AcrossResult } from './environments/conclude.js';
import { StepReport } from './pipeline.js';

/** None where the command has no parts; an environment is a step of its name. */
export function stepsOf({ result }: Document): readonly StepReport[] {
  const isWhole = typeof result === 'object' && result !== null;
  if (isWhole && 'tier' in result && 'steps' in result) return StepReport.array().safeParse(result.steps).data ?? [];
  if (!isWhole || !('environments' in result)) return [];
  const environments = AcrossResult.safeParse(result).data?.environments ?? [];
  return environments.map(({ environment: id, ...report }) => ({ id, ...report }));
}
