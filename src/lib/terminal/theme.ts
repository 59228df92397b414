/** How values look on screen. A view composes these and never asks whether it writes to a terminal. */
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
