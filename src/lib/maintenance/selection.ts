/** Which steps of a tier to run: --only, --skip, --from, --resume. Pure. */
import * as z from 'zod';
import { OperatorError } from '../errors.js';
import type { Selection, Step, StepReport } from '../pipeline.js';
import { suggest } from '../suggest.js';

const List = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

export const SelectionFlags = z.object({
  only: List.optional(),
  skip: List.optional(),
  from: z.string().optional(),
  resume: z.boolean().default(false),
});
export type SelectionFlags = z.output<typeof SelectionFlags>;

export const NOT_NAMED = 'not named by --only';

/**
 * What to leave out and why, and what to take over from the last run.
 * @throws OperatorError VOPS-USAGE for a step the tier does not have.
 */
export function selectSteps(steps: readonly Step[], flags: SelectionFlags, last?: readonly StepReport[]): Selection {
  const ids = steps.map(({ id }) => id);
  for (const name of [...(flags.only ?? []), ...(flags.skip ?? []), ...(flags.from ? [flags.from] : [])])
    assertStep(name, ids);
  const first = flags.from ? ids.indexOf(flags.from) : 0;
  const done = new Map(
    last?.filter(({ status }) => status === 'ok' || status === 'warning').map((report) => [report.id, report]),
  );
  // Nothing is left of a run that went well: this is the next one, and no report of work that nobody did.
  const isOver = ids.every((id) => done.has(id));
  const selection = new Map<string, { skip: string } | { reuse: StepReport }>();
  for (const [index, id] of ids.entries()) {
    const reuse = done.get(id);
    if (flags.only && !flags.only.includes(id)) selection.set(id, { skip: NOT_NAMED });
    else if (flags.skip?.includes(id)) selection.set(id, { skip: 'left out by --skip' });
    else if (index < first) selection.set(id, { skip: `before --from ${flags.from}` });
    else if (flags.resume && reuse && !isOver)
      selection.set(id, { reuse: { ...reuse, reason: 'taken over from the run resumed' } });
  }
  return selection;
}

function assertStep(name: string, ids: readonly string[]): void {
  if (ids.includes(name)) return;
  const similar = suggest(name, ids);
  const hint = similar ? `did you mean ${similar}?` : `the steps are: ${ids.join(', ')}`;
  throw new OperatorError('VOPS-USAGE', `there is no step "${name}"`, { hint });
}
