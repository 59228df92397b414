/** Comma-separated values under a head that names the columns. */
import { type Cursor, createDictionary, readNumber } from './cursor.js';
import { createDayReader } from './day.js';
import type { TakeLine } from './json-lines.js';
import { addFigure, clearRow, NAME, type Rows, TIME } from './rows.js';

const [QUOTE, RETURN] = [0x22, 0x0d];
const SEPARATORS = [',', ';', '\t'];

/** @param head the first line. Where no column is called a time, it is the first. */
export function createCsv(rows: Rows, head: string): TakeLine {
  const separator = SEPARATORS.reduce((most, one) => (head.split(one).length > head.split(most).length ? one : most));
  const named = split(head, separator).map(rows.columnOf);
  const columns = named.includes(TIME) ? named : [TIME, ...named.slice(1)];
  const { row } = rows;
  const cursor: Cursor = { bytes: Buffer.alloc(0), at: 0, end: 0 };
  const separatorByte = separator.charCodeAt(0);
  const dayAt = createDayReader();
  const seriesAt = createDictionary(rows.seriesOf);
  const takeFigure = (column: number, start: number, end: number) => {
    cursor.at = start;
    cursor.end = end;
    const value = readNumber(cursor);
    if (cursor.at === end && start < end) addFigure(row, column, value);
  };
  const takeField = (column: number, start: number, end: number) => {
    if (column === TIME) row.day = dayAt(cursor.bytes, start, end);
    else if (column === NAME) row.name = seriesAt(cursor.bytes, start, end);
    else takeFigure(column, start, end);
  };
  return (bytes, start, lineEnd) => {
    const end = bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd;
    clearRow(row);
    cursor.bytes = bytes;
    let from = start;
    for (const column of columns) {
      let to = from;
      while (to < end && bytes[to] !== separatorByte) to += 1;
      const isQuoted = bytes[from] === QUOTE;
      if (isQuoted && (to - from < 2 || bytes[to - 1] !== QUOTE)) return false; // a separator in the quotes
      takeField(column, isQuoted ? from + 1 : from, isQuoted ? to - 1 : to);
      from = to + 1;
    }
    return rows.commit();
  };
}

/** Names may be quoted. */
const split = (line: string, separator: string): string[] =>
  line
    .trim()
    .split(separator)
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
