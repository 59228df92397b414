/** The steps of a run, where its command was a tier: what formats make of a document one by one. */
import type { Document } from './document.js';
import { StepReport } from './pipeline.js';

/** None where the command has no steps. */
export function stepsOf({ result }: Document): readonly StepReport[] {
  const isTier = typeof result === 'object' && result !== null && 'tier' in result && 'steps' in result;
  return isTier ? (StepReport.array().safeParse(result.steps).data ?? []) : [];
}
