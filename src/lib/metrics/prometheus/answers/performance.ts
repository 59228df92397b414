import type { HookPerformance } from '../../../contract/index.js';
import { DOCUMENTS, HOOKS, metricsOf, talliesOf, totalsOf } from '../hooks.js';
import type { Inquiry } from '../inquiry.js';
import { lastPeriod, observedWindow } from '../window.js';

/** As many as the application shows. */
const SLOWEST_SHOWN = 10;

/** `GET /performance`. Of errors there are numbers only, no texts: `recentErrors` is empty. */
export async function performance(
  inquiry: Inquiry,
  { window: asked }: { readonly window?: string | undefined },
): Promise<HookPerformance> {
  const period = lastPeriod(inquiry, asked);
  const [window, hooks, documents, complete] = await Promise.all([
    observedWindow(inquiry, period),
    talliesOf(inquiry, period, HOOKS),
    talliesOf(inquiry, period, DOCUMENTS),
    inquiry.latest('min', 'viktoria_ops_instrumentation_complete'),
  ]);
  const totals = totalsOf(hooks);
  return {
    ...totals,
    successRate: totals.errorRate === null ? null : 1 - totals.errorRate,
    slowestHooks: metricsOf(hooks).slice(0, SLOWEST_SHOWN),
    recentErrors: [],
    window,
    instrumentation: complete[0]?.value === 0 ? 'partial' : 'complete',
    documents: metricsOf(documents).slice(0, SLOWEST_SHOWN),
  };
}
