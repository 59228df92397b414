/** Comma-separated values under a head that names the columns. */
import { type Cursor, createDictionary, readNumber } from './cursor.js';
import { createDayReader } from './day.js';
import type { TakeLine } from './json-lines.js';
import { NAME, type Rows, TIME } from './rows.js';

const [QUOTE, RETURN] = [0x22, 0x0d];
const SEPARATORS = [',', ';', '\t'];

/** @param head the first line. Where no column is called a time, it is the first. */
export function createCsv(rows: Rows, head: string): TakeLine {
  const separator = SEPARATORS.reduce((most, one) => (head.split(one).length > head.split(most).length ? one : most));
  const named = split(head, separator).map(rows.columnOf);
  const columns = named.includes(TIME) ? named : [TIME, ...named.slice(1)];
  const cursor: Cursor = { bytes: Buffer.alloc(0), at: 0, end: 0 };
  const separatorByte = separator.charCodeAt(0);
  const dayAt = createDayReader();
  const seriesAt = createDictionary(rows.seriesOf);
  const takeField = (column: number, start: number, end: number) => {
    if (column === TIME) return rows.setDay(dayAt(cursor.bytes, start, end));
    if (column === NAME) return rows.setName(seriesAt(cursor.bytes, start, end));
    Object.assign(cursor, { at: start, end });
    const value = readNumber(cursor);
    if (cursor.at === end) rows.setFigure(column, value);
  };
  return (bytes, start, lineEnd) => {
    const end = bytes[lineEnd - 1] === RETURN ? lineEnd - 1 : lineEnd;
    rows.begin();
    cursor.bytes = bytes;
    let from = start;
    for (const column of columns) {
      if (bytes[from] === QUOTE) return false;
      let to = from;
      while (to < end && bytes[to] !== separatorByte) to += 1;
      takeField(column, from, to);
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
