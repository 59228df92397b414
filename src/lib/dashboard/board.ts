/** The panels as they stand, each read on its own: one that hangs keeps no other waiting. */
import type { Context } from '../context.js';
import { runStep } from '../pipeline.js';
import { type Panel, type PanelReport, reread, staleIfOlder, unread } from './panel.js';

export interface Board {
  /** Begins to read what is due, or with `isForced` all that is not being read. Calls back after each. */
  readonly refresh: (isForced: boolean) => void;
  /** Resolves when nothing is being read. */
  readonly settled: () => Promise<void>;
  readonly reports: () => readonly PanelReport[];
}

export interface BoardOptions {
  readonly panels: readonly Panel[];
  readonly intervalMs: number;
  readonly onRead: () => void;
}

/** Longest one reading may take before the panel shows what it had. */
const DEADLINE_MS = 5_000;
const LIMIT = {
  timeoutMs: DEADLINE_MS,
  hint: 'the figures below it are older; see what is slow with the command of the panel, and -vv',
};

export function createBoard(context: Context, { panels, intervalMs, onRead }: BoardOptions): Board {
  const reports = new Map(panels.map((panel) => [panel.id, unread(panel)]));
  const running = new Map<string, Promise<void>>();
  const begun = new Map<string, number>();
  const read = async ({ id, source: command, given }: Panel) => {
    const report = await runStep(context, { id, command, given }, LIMIT);
    const before = reports.get(id);
    if (before) reports.set(id, reread(before, report, context.now()));
    running.delete(id);
    onRead();
  };
  const isDue = ({ id, everyMs }: Panel) => {
    // Half a turn early rather than a whole one late: a timer is never exact.
    const latest = context.elapsed() - Math.max(everyMs, intervalMs) + intervalMs / 2;
    return (begun.get(id) ?? Number.NEGATIVE_INFINITY) <= latest;
  };
  return {
    refresh: (isForced) => {
      for (const panel of panels) {
        if (running.has(panel.id) || !(isForced || isDue(panel))) continue;
        begun.set(panel.id, context.elapsed());
        running.set(panel.id, read(panel));
      }
    },
    settled: async () => void (await Promise.all(running.values())),
    reports: () => {
      const now = context.now();
      return panels.map((panel) => {
        const freshMs = 2 * Math.max(panel.everyMs, intervalMs) + DEADLINE_MS;
        return staleIfOlder(freshMs, reports.get(panel.id) ?? unread(panel), now);
      });
    },
  };
}
