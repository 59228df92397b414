/** History from a file of samples, CSV or JSON lines, of any size. */
import { OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import type { ResourceHistory } from '../history.js';
import { createCsv } from './csv.js';
import { createJsonLines, type TakeLine } from './json-lines.js';
import { readLines } from './lines.js';
import { createRows } from './rows.js';

export interface ImportOptions {
  readonly path: string;
  /** Of every series in the file. */
  readonly limit: number | null;
  readonly signal: AbortSignal;
}

const OPEN = '{';
const BYTE_ORDER_MARK = /^\uFEFF/;

/** The form is told by the first line. Errors: `VOPS-FILE`; `VOPS-USAGE` when there is no sample in the file. */
export async function importHistory({
  path,
  limit,
  signal,
}: ImportOptions): Promise<{ readonly histories: readonly ResourceHistory[]; readonly findings: readonly Finding[] }> {
  const rows = createRows();
  let take: TakeLine | undefined;
  let [lines, bad] = [0, 0];
  const tooLong = await readLines(
    path,
    (bytes, start, end) => {
      if (end === start) return;
      if (take === undefined) {
        const first = bytes.toString('utf8', start, end).replace(BYTE_ORDER_MARK, '').trim();
        const isJson = first.startsWith(OPEN);
        take = isJson ? createJsonLines(rows) : createCsv(rows, first);
        if (!isJson) return;
      }
      lines += 1;
      if (!take(bytes, start, end)) bad += 1;
    },
    signal,
  );
  const histories = rows.histories(limit);
  if (histories.length === 0) throw nothingIn(path);
  return { histories, findings: bad + tooLong > 0 ? [badLines(path, bad + tooLong, lines + tooLong)] : [] };
}

const nothingIn = (path: string) =>
  new OperatorError('VOPS-USAGE', `there is no sample in ${path}`, {
    hint: 'a sample is a line with a time and a figure: {"time":"2026-11-23T03:00:00Z","disk":41.5}, or CSV with a head',
  });

const badLines = (path: string, bad: number, lines: number): Finding => ({
  code: 'VOPS-CAPACITY-BAD-LINES',
  severity: 'warning',
  message: `${bad} of ${lines} lines of ${path} are no samples and were left out`,
  hint: 'a sample is a line with a time and at least one figure',
});
