/** How many bytes a row takes on a page. Source: the PostgreSQL documentation, "Database Page Layout". */

export interface ColumnWidth {
  /** Bytes of a fixed-length type, −1 for one of variable length. */
  readonly length: number;
  readonly alignment: number;
  /** Average bytes of a value that is not null. */
  readonly averageWidth: number;
  readonly nullFraction: number;
}

const MAXALIGN = 8;
/** Up to this many bytes a varying value has a one-byte header and is not aligned. */
const SHORT_VARYING = 126;
/** Values of all lengths lose this on average when the whole is rounded up to 8. */
const AVERAGE_ROUNDING = (MAXALIGN - 1) / 2;

const alignTo = (bytes: number, alignment: number) => Math.ceil(bytes / alignment) * alignment;

/** Rounds up as the server does before it places a row. */
export const maxAlign = (bytes: number): number => alignTo(bytes, MAXALIGN);

/**
 * Average bytes of header and data, aligned: of a row without nulls `header` bytes come first, else
 * `headerWithNulls`. Exact for fixed-length columns without nulls.
 */
export function rowBytes(
  columns: readonly ColumnWidth[],
  { header, headerWithNulls }: { readonly header: number; readonly headerWithNulls: number },
): number {
  const data = dataBytes(columns);
  const withNulls = 1 - columns.reduce((share, { nullFraction }) => share * (1 - nullFraction), 1);
  const varies = columns.some(({ length, nullFraction }) => length < 0 || (nullFraction > 0 && nullFraction < 1));
  const place = (start: number) => (varies ? start + data + AVERAGE_ROUNDING : maxAlign(start + data));
  return (1 - withNulls) * place(header) + withNulls * place(headerWithNulls);
}

/** Average bytes of the values, each at its alignment. */
function dataBytes(columns: readonly ColumnWidth[]): number {
  let offset = 0;
  for (const { length, alignment, averageWidth, nullFraction } of columns) {
    const width = length > 0 ? length : averageWidth;
    const start = length > 0 || averageWidth > SHORT_VARYING ? alignTo(offset, alignment) : offset;
    offset += (1 - nullFraction) * (start - offset + width);
  }
  return offset;
}
