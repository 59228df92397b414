/** A JSON object a line: a time and figures beside it. */
import { type Cursor, createDictionary } from './cursor.js';
import { createDayReader, dayOfNumber, dayOfText } from './day.js';
import { type Members, readFlatObject } from './flat-object.js';
import { addFigure, clearRow, NAME, type Rows, TIME } from './rows.js';

/** Takes a line; false when it is no sample. */
export type TakeLine = (bytes: Buffer, start: number, end: number) => boolean;

export function createJsonLines(rows: Rows): TakeLine {
  const { row } = rows;
  const cursor: Cursor = { bytes: Buffer.alloc(0), at: 0, end: 0 };
  const seriesAt = createDictionary(rows.seriesOf);
  const dayAt = createDayReader();
  const members: Members = {
    columnAt: createDictionary(rows.columnOf),
    takeText: (column, start, end) => {
      if (column === TIME) row.day = dayAt(cursor.bytes, start, end);
      else if (column === NAME) row.name = seriesAt(cursor.bytes, start, end);
    },
    takeNumber: (column, value) => {
      if (column === TIME) row.day = dayOfNumber(value);
      else if (column >= 0) addFigure(row, column, value);
    },
  };
  return (bytes, start, end) => {
    clearRow(row);
    cursor.bytes = bytes;
    cursor.at = start;
    cursor.end = end;
    if (readFlatObject(cursor, members)) return rows.commit();
    clearRow(row);
    return takeParsed(rows, parse(bytes.toString('utf8', start, end)));
  };
}

/** Anything but a flat object: what is nested in it is passed over. */
function takeParsed(rows: Rows, parsed: unknown): boolean {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false;
  for (const [key, value] of Object.entries(parsed)) {
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const column = rows.columnOf(key);
    if (column === TIME) rows.row.day = typeof value === 'number' ? dayOfNumber(value) : dayOfText(value);
    else if (column === NAME) rows.row.name = rows.seriesOf(String(value));
    else if (typeof value === 'number') addFigure(rows.row, column, value);
  }
  return rows.commit();
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
