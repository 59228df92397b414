/** How values look on screen. A view composes these and never asks whether it writes to a terminal. */
import { formatISO } from 'date-fns/formatISO';
import { formatBytes, formatDuration, formatNumber, formatPercent } from '../measures.js';
import type { Status } from '../status.js';
import { padTo, widthOf } from './width.js';

type Cell = string | number | null | undefined;

/** How much a text asks for attention. */
export type Tone = 'alarm' | 'caution' | 'plain' | 'faint';

export interface Theme {
  /** `''` without rows. */
  readonly table: (head: readonly string[], rows: readonly (readonly Cell[])[]) => string;
  /** Aligned `name  value` lines. */
  readonly fields: (fields: readonly (readonly [name: string, value: Cell])[]) => string;
  readonly heading: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly status: (status: Status) => string;
  readonly tone: (tone: Tone, text: string) => string;
  /** The same in capitals: how a report begins. */
  readonly verdict: (status: Status) => string;
  readonly bytes: (bytes: number | null | undefined) => string;
  readonly duration: (milliseconds: number | null | undefined) => string;
  readonly percent: (fraction: number | null | undefined) => string;
  readonly count: (count: number | null | undefined) => string;
  /** An ISO-8601 UTC time in the operator's zone, with its offset. */
  readonly time: (iso: string | null | undefined) => string;
}

export interface ThemeOptions {
  readonly color: boolean;
  /**
   * `terminal` fits tables to the width; `aligned` pads them for mail and report files; `tabs` gives one record a line,
   * tab separated and never cut, for other programs.
   */
  readonly layout: 'terminal' | 'aligned' | 'tabs';
  /** Width in characters of a terminal. */
  readonly columns?: number | undefined;
}

const NONE = '–';
type Paint = (text: string) => string;
type StyleName = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'magenta';
const plain: Paint = (text) => text;

const STYLE_OF_STATUS = {
  ok: 'green',
  skipped: 'dim',
  warning: 'yellow',
  unknown: 'magenta',
  partial: 'red',
  failed: 'red',
  interrupted: 'red',
} as const satisfies Record<Status, StyleName>;

const STYLE_OF_TONE = { alarm: 'red', caution: 'yellow', faint: 'dim' } as const satisfies Partial<
  Record<Tone, StyleName>
>;

/** Builds a theme; colour and table packages are loaded only when they will be used. */
export async function createTheme(options: ThemeOptions): Promise<Theme> {
  const paint = options.color ? await loadPaint() : () => plain;
  const table =
    options.layout === 'terminal' ? await terminalTable(options.columns ?? 80, paint('bold')) : textTable(options);
  return {
    table: (head, rows) => (rows.length === 0 ? '' : table(head, rows)),
    fields: (fields) => {
      const width = Math.max(0, ...fields.map(([name]) => name.length));
      return fields.map(([name, value]) => `${paint('dim')(name.padEnd(width))}  ${cellText(value)}`).join('\n');
    },
    heading: paint('bold'),
    dim: paint('dim'),
    status: (status) => paint(STYLE_OF_STATUS[status])(status),
    tone: (tone, text) => (tone === 'plain' ? text : paint(STYLE_OF_TONE[tone])(text)),
    verdict: (status) => paint(STYLE_OF_STATUS[status])(status.toUpperCase()),
    bytes: present(formatBytes),
    duration: present(formatDuration),
    percent: present(formatPercent),
    count: present((count) => formatNumber(count, 2)),
    time: (iso) => (iso ? formatISO(new Date(iso)).replace('T', ' ') : NONE),
  };
}

const present =
  (format: (value: number) => string) =>
  (value: number | null | undefined): string =>
    value === null || value === undefined ? NONE : format(value);

const cellText = (cell: Cell) => (cell === null || cell === undefined ? NONE : String(cell));

/** chalk's default instance ignores NO_COLOR, so an instance of a fixed level is built. */
async function loadPaint(): Promise<(style: StyleName) => Paint> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return (style) => chalk[style];
}

function textTable({ layout }: ThemeOptions): Theme['table'] {
  return (head, rows) => {
    const lines = rows.map((row) => row.map(cellText));
    if (layout === 'tabs') return lines.map((line) => line.join('\t')).join('\n');
    const all = [head.map((name) => name.toUpperCase()), ...lines];
    const widths = head.map((_, column) => Math.max(...all.map((line) => widthOf(line[column] ?? ''))));
    return all
      .map((line) =>
        line
          .map((text, column) => padTo(widths[column] ?? 0, text))
          .join('  ')
          .trimEnd(),
      )
      .join('\n');
  };
}

/** Borderless; the last column gives way when the terminal is narrow. */
async function terminalTable(columns: number, bold: Paint): Promise<Theme['table']> {
  const { default: Table } = await import('cli-table3');
  const none = Object.fromEntries(
    [
      'top',
      'top-mid',
      'top-left',
      'top-right',
      'bottom',
      'bottom-mid',
      'bottom-left',
      'bottom-right',
      'left',
      'left-mid',
      'mid',
      'mid-mid',
      'right',
      'right-mid',
    ].map((part) => [part, '']),
  );
  return (head, rows) => {
    const lines = rows.map((row) => row.map(cellText));
    const widths = head.map(
      (name, column) => Math.max(name.length, ...lines.map((line) => widthOf(line[column] ?? ''))) + 2,
    );
    const excess = widths.reduce((sum, width) => sum + width, 0) - columns;
    const last = widths.length - 1;
    if (excess > 0) widths[last] = Math.max(10, (widths[last] ?? 0) - excess);
    const table = new Table({
      head: head.map((name) => bold(name.toUpperCase())),
      chars: { ...none, middle: '' },
      colWidths: widths,
      // cli-table3 colours heads and borders by itself, also in pipes, unless told not to.
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    });
    table.push(...lines);
    return table.toString();
  };
}
