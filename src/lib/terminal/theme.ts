/** How values look on screen. A view composes these and never asks whether it writes to a terminal. */
import { formatISO } from 'date-fns/formatISO';
import type { Status } from '../status.js';

export type Cell = string | number | null | undefined;

export interface Theme {
  readonly table: (head: readonly string[], rows: readonly (readonly Cell[])[]) => string;
  /** Aligned `name  value` lines. */
  readonly fields: (fields: readonly (readonly [name: string, value: Cell])[]) => string;
  readonly heading: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly status: (status: Status) => string;
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

/** Builds a theme; colour and table packages are loaded only when they will be used. */
export async function createTheme(options: ThemeOptions): Promise<Theme> {
  const paint = options.color ? await loadPaint() : () => plain;
  const table =
    options.layout === 'terminal' ? await terminalTable(options.columns ?? 80, paint('bold')) : textTable(options);
  return {
    table,
    fields: (fields) => {
      const width = Math.max(0, ...fields.map(([name]) => name.length));
      return fields.map(([name, value]) => `${paint('dim')(name.padEnd(width))}  ${cellText(value)}`).join('\n');
    },
    heading: paint('bold'),
    dim: paint('dim'),
    status: (status) => paint(STYLE_OF_STATUS[status])(status),
    bytes: present(formatBytes),
    duration: present(formatDuration),
    percent: present((fraction) => `${trimZeros((fraction * 100).toFixed(2))} %`),
    count: present((count) => count.toLocaleString('en-US', { useGrouping: true, maximumFractionDigits: 2 })),
    time: (iso) => (iso ? formatISO(new Date(iso)).replace('T', ' ') : NONE),
  };
}

const present =
  (format: (value: number) => string) =>
  (value: number | null | undefined): string =>
    value === null || value === undefined ? NONE : format(value);

const trimZeros = (number: string) => number.replace(/\.?0+$/, '') || '0';

/** `1.2 GB`: powers of ten, as disks are sold and the guide counts. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? bytes : value.toFixed(1)} ${units[power]}`;
}

/** `3.2 ms`, `4.1 s`, `2 min 5 s`, `3 h 10 min`, `5 d 2 h`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (milliseconds < 10) return `${trimZeros(milliseconds.toFixed(2))} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0);
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

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
    const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
    return all
      .map((line) =>
        line
          .map((text, column) => text.padEnd(widths[column] ?? 0))
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
      (name, column) => Math.max(name.length, ...lines.map((line) => visibleLength(line[column] ?? ''))) + 2,
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

/** Length without the colour codes our own theme put in. */
function visibleLength(text: string): number {
  return text.replace(/\u001b\[\d+m/g, '').length;
}
