/** `performance bottlenecks`: where the hooks' time goes, why, and what helps. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { type BottleneckCause, Bottlenecks } from '../contract/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';

export const HookBottlenecks = Bottlenecks.unwrap().extend({
  /** The most time first. */
  bottlenecks: z.array(Bottlenecks.unwrap().shape.bottlenecks.element.extend({ suggestion: z.string() })),
});
export type HookBottlenecks = z.infer<typeof HookBottlenecks>;

/** Asks the application, and suggests. Errors: `VOPS-API-…`. */
export async function findBottlenecks({ api }: Pick<Context, 'api'>): Promise<Outcome<HookBottlenecks>> {
  const { window, bottlenecks } = await api('bottlenecks');
  const advised = bottlenecks.map((bottleneck) => ({ ...bottleneck, suggestion: suggestionFor(bottleneck.cause) }));
  return conclude({ window, bottlenecks: advised }, judgeObservation(window, bottlenecks.length));
}

const SUGGESTIONS = {
  queries: 'load what the loop needs with one query before it (findMany with $in, or populate), and write with one',
  slow_query: 'see the statement: viktoria-ops db slow-queries; a missing index: viktoria-ops db indexes',
  waiting:
    'see who holds locks while it is slow: viktoria-ops db locks; keep transactions short, update rows in one order',
  nested:
    'look at the hooks it sets off; write what they write with one db.query call, which sets off none of them twice',
  uneven: 'find what the slow runs have in common: large inputs, an outside service; bound it, or let a job do it',
  slow: 'move what the caller need not wait for (mail, images, outside services) into a background job',
  frequent: 'run it less often: leave early when no field it depends on has changed, or collect and do it once',
} as const satisfies Record<BottleneckCause, string>;

const suggestionFor = (cause: BottleneckCause | undefined): string =>
  cause === undefined ? 'update the application side, which then says what the time goes into' : SUGGESTIONS[cause];

function judgeObservation({ from, to, coverage }: Bottlenecks['window'], count: number): Finding[] {
  if (coverage === 0) {
    const message = `nothing was recorded between ${from} and ${to}`;
    return [
      { code: 'VOPS-PERFORMANCE-UNOBSERVED', severity: 'unknown', message, hint: 'was the application running?' },
    ];
  }
  if (count > 0) return [];
  return [{ code: 'VOPS-PERFORMANCE-IDLE', severity: 'info', message: 'no hook ran in this window' }];
}
