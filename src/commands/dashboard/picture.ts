/** The dashboard as the lines of a screen: the verdict, the evidence, what to do next; then the panels. Pure. */
import { KEYS, type Panel, type PanelReport, problemsOf, type Watched } from '../../lib/dashboard/index.js';
import { worstOf } from '../../lib/status.js';
import type { Picture, Size } from '../../lib/terminal/frame.js';
import type { Theme, Tone } from '../../lib/terminal/theme.js';
import { cutTo, padTo } from '../../lib/terminal/width.js';

/** What a picture is made with. */
interface Drawing {
  readonly watched: Watched;
  readonly panels: readonly Panel[];
  readonly theme: Theme;
  readonly size: Size;
}

export function drawDashboard(drawing: Drawing): Picture {
  const { watched, panels, theme, size } = drawing;
  const head = headOf(drawing);
  const room = Math.max(0, size.rows - head.length - 1);
  const chosen = panels[watched.ui.selected];
  let body: Picture;
  if (watched.ui.isHelpShown) body = whole(helpLines(theme));
  else if (watched.ui.isZoomed && chosen) body = zoom(drawing, chosen, room);
  else body = whole(grid(drawing, room));
  const filled = Array.from({ length: room }, (_, row) => body.lines[row] ?? '');
  const lines = [...head, ...filled, footer(drawing)].slice(0, size.rows).map((line) => cutTo(size.columns, line));
  return { lines, overscroll: body.overscroll };
}

const whole = (lines: readonly string[]): Picture => ({ lines, overscroll: 0 });

/** One more line of evidence for as many rows of the screen; a low one has room for the verdict alone. */
const ROWS_PER_EVIDENCE = 8;

const TONES = { error: 'alarm', warning: 'caution', unknown: 'caution', info: 'plain' } as const satisfies Record<
  string,
  Tone
>;

function headOf({ watched: { sentence, panels }, theme, size }: Drawing): string[] {
  const [worst, ...others] = problemsOf(panels);
  const status = worstOf(panels.map((panel) => panel.status));
  // Not read yet is not good.
  const first = status === 'skipped' ? sentence : `${theme.verdict(status)}  ${sentence}`;
  if (size.rows < 2 * ROWS_PER_EVIDENCE) return [first];
  if (!worst) return [first, ''];
  const shown = others.slice(0, Math.floor(size.rows / ROWS_PER_EVIDENCE) - 1);
  const rest = others.length - shown.length;
  return [
    first,
    ...shown.map(({ severity, message }) => `  ${theme.tone(TONES[severity], severity)}: ${message}`),
    ...(rest > 0 ? [theme.dim(`  and ${rest} more, in the panels`)] : []),
    ...(worst.hint === undefined ? [] : [`Next: ${worst.hint}`]),
    '',
  ];
}

/** Below this two panels beside each other say less than two below each other. */
const COLUMNS_FOR_TWO = 76;
const GAP = 2;

function grid({ watched, panels, theme, size }: Drawing, room: number): string[] {
  const across = size.columns >= COLUMNS_FOR_TWO ? 2 : 1;
  const bands = Math.ceil(panels.length / across);
  const width = Math.floor((size.columns - GAP * (across - 1)) / across);
  return Array.from({ length: bands }).flatMap((_, band) => {
    // What does not divide evenly goes to the bands above.
    const height = Math.floor(room / bands) + (band < room % bands ? 1 : 0);
    const blocks = panels.slice(band * across, (band + 1) * across).map((panel, column) => {
      const index = band * across + column;
      const isSelected = watched.ui.selected === index;
      return block(
        { panel, report: watched.panels[index], index, isSelected, theme },
        { columns: width, rows: height },
      );
    });
    return Array.from({ length: height }, (__, row) =>
      blocks.map((lines) => padTo(width, lines[row] ?? '')).join(' '.repeat(GAP)),
    );
  });
}

interface Block {
  readonly panel: Panel;
  readonly report: PanelReport | undefined;
  readonly index: number;
  readonly isSelected: boolean;
  readonly theme: Theme;
}

function block(block: Block, { columns, rows }: Size): string[] {
  const lines = contentOf(block);
  const room = Math.max(0, rows - 1);
  const hidden = lines.length - room;
  const shown = hidden > 0 && room > 1 ? [...lines.slice(0, room - 1), more(block, hidden + 1)] : lines.slice(0, room);
  return [titleOf(block), ...shown.map((line) => `   ${line}`)].map((line) => cutTo(columns, line));
}

const more = ({ index, theme }: Block, count: number): string => theme.dim(`… ${count} more: ${index + 1}`);

function titleOf({ panel, report, index, isSelected, theme }: Block): string {
  const title = theme.heading(`${isSelected ? '>' : ' '}${index + 1} ${panel.title}`);
  if (report === undefined || (report.asOf === null && report.error === undefined))
    return `${title}  ${theme.dim('…')}`;
  const stale = report.isStale ? `  ${theme.tone('caution', `as of ${clock(report.asOf, theme)}, stale`)}` : '';
  return `${title}  ${theme.status(report.status)}${stale}`;
}

function contentOf({ panel, report, theme }: Block): readonly string[] {
  if (report === undefined) return [];
  const error = report.error === undefined ? [] : [theme.tone('caution', report.summary)];
  return report.result === undefined ? error : [...error, ...panel.lines(report.result, theme)];
}

/** The panel as its command shows it, with its findings, scrolled as far as there is something. */
function zoom({ watched, theme }: Drawing, panel: Panel, room: number): Picture {
  const index = watched.ui.selected;
  const report = watched.panels[index];
  const title = titleOf({ panel, report, index, isSelected: true, theme });
  if (report === undefined) return whole([title]);
  const lines = [
    ...(report.error === undefined ? [] : [theme.tone('caution', report.summary)]),
    ...report.findings.flatMap(({ severity, message, hint }) => [
      `${theme.tone(TONES[severity], severity)}: ${message}`,
      ...(hint === undefined ? [] : [theme.dim(`  ${hint}`)]),
    ]),
    ...(report.result === undefined ? [] : panel.source.view(report.result, theme).split('\n')),
    theme.dim(`More: ${panel.more}${watched.environment === 'default' ? '' : ` --env ${watched.environment}`}`),
  ];
  const first = Math.min(watched.ui.scroll, Math.max(0, lines.length - (room - 1)));
  return { lines: [title, ...lines.slice(first)], overscroll: watched.ui.scroll - first };
}

const helpLines = (theme: Theme): string[] => [
  theme.heading('Keys'),
  ...KEYS.map(([keys, what]) => `  ${padTo(10, keys)}  ${what}`),
];

function footer({ watched: { ui, environment, at }, theme }: Drawing): string {
  const state = ui.isPaused ? `${theme.tone('caution', 'PAUSED')}  ` : '';
  return `${state}${theme.dim(`${environment}  ${clock(at, theme)}  1–8 panel  p pause  r read now  ? help  q quit`)}`;
}

/** `14:02:03`, in the operator's zone. */
const clock = (iso: string | null, theme: Theme): string =>
  theme.time(iso).slice('YYYY-MM-DD '.length, 'YYYY-MM-DD HH:MM:SS'.length);
