import * as z from 'zod';
import type { Context, Screen } from '../context.js';
import { abortReason, OperatorError } from '../errors.js';
import { conclude, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { createBell } from './bell.js';
import { createBoard } from './board.js';
import { BEGINNING, press, scrolledBack, type Ui } from './keys.js';
import { type Panel, PanelReport } from './panel.js';
import { problemsOf, sentenceOf } from './problems.js';

export const DashboardFlags = z.object({
  interval: Duration.refine((ms) => ms >= 500, 'at least 500ms').prefault('2s'),
  once: z.boolean().default(false),
});
export type DashboardFlags = z.output<typeof DashboardFlags>;

export const DashboardResult = z.strictObject({
  /** What an operator should know first. */
  sentence: z.string(),
  panels: z.array(PanelReport),
});
export type DashboardResult = z.output<typeof DashboardResult>;

/** What is drawn while somebody watches. */
export interface Watched extends DashboardResult {
  readonly ui: Ui;
  readonly environment: string;
  readonly at: string;
}

/**
 * On a terminal: reads the panels every `interval` until somebody quits. Elsewhere, or with `once`: reads each once.
 * What a panel cannot read is its own finding. @throws OperatorError a broken configuration; the reason of the signal
 */
export async function showDashboard(
  context: Context,
  { interval, once }: DashboardFlags,
  panels: readonly Panel[],
): Promise<Outcome<DashboardResult>> {
  const { environment } = await context.config();
  const screen = once ? undefined : await context.screen();
  if (screen) return watch(context, { screen, panels, intervalMs: interval, environment });
  const board = createBoard(context, { panels, intervalMs: interval, onRead: () => {} });
  board.refresh(true);
  await board.settled();
  if (context.signal.aborted) throw abortReason(context.signal);
  const result = resultOf(board.reports());
  return conclude(result, problemsOf(result.panels));
}

interface Watching {
  readonly screen: Screen;
  readonly panels: readonly Panel[];
  readonly intervalMs: number;
  readonly environment: string;
}

/** Ends well when somebody quits: what was bad has been seen. */
async function watch(context: Context, { screen, panels, intervalMs, environment }: Watching) {
  const ending = new AbortController();
  const own = context.fork(AbortSignal.any([context.signal, ending.signal]));
  const bell = createBell();
  const board = createBoard(own, { panels, intervalMs, onRead: bell.ring });
  let ui = BEGINNING;
  let refreshes = 0;
  screen.onKey((key) => {
    ui = press(ui, key, panels.length);
    bell.ring();
  });
  context.signal.addEventListener('abort', bell.ring, { once: true });
  while (!ui.isOver && !context.signal.aborted) {
    if (!ui.isPaused || ui.refreshes > refreshes) board.refresh(ui.refreshes > refreshes);
    refreshes = ui.refreshes;
    const watched: Watched = { ...resultOf(board.reports()), ui, environment, at: context.now().toISOString() };
    const overscroll = await screen.draw(watched);
    ui = scrolledBack(ui, overscroll); // not before: keys were pressed meanwhile
    await bell.next(intervalMs);
  }
  ending.abort(new OperatorError('VOPS-SIGINT', 'nobody watches any more')); // what is still being read
  if (context.signal.aborted) throw abortReason(context.signal);
  return conclude(resultOf(board.reports()));
}

const resultOf = (panels: readonly PanelReport[]): DashboardResult => ({
  sentence: sentenceOf(panels, problemsOf(panels)),
  panels: [...panels],
});
