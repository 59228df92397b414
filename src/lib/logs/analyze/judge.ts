/** What of an analysis the operator should know. Pure. */
import { countOf, formatPercent } from '../../measures.js';
import type { Finding, Status } from '../../status.js';
import type { AnalyzedFile, LogAnalysis } from './result.js';

/** The findings, the gravest first. */
export function judgeAnalysis(analysis: LogAnalysis, limit: number): Finding[] {
  return [
    ...analysis.files.flatMap(judgeReading),
    ...analysis.files.flatMap((file) => judgeFormat(file, limit)),
    ...judgeNew(analysis),
    ...judgeUndated(analysis),
    ...judgeEmpty(analysis),
  ];
}

/** A file's part in the verdict: one that could not be understood, or not be read whole, leaves it partial. */
export function statusOfFile({ state, entries, unrecognized, ...file }: AnalyzedFile, limit: number): Status {
  if (state === 'partial') return file.analyzedBytes === 0 ? 'failed' : 'partial';
  if (shareOf(unrecognized, file.lines) <= limit) return 'ok';
  return entries === 0 ? 'failed' : 'partial';
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function judgeReading({ name, state, reason }: AnalyzedFile): Finding[] {
  if (state !== 'partial') return [];
  return [
    {
      code: 'VOPS-LOGS-PARTIAL',
      severity: 'error',
      message: `${name} was not read whole: ${reason}`,
      hint: 'the figures lack what is missing; mend or remove the file, then run again',
    },
  ];
}

function judgeFormat({ name, lines, unrecognized }: AnalyzedFile, limit: number): Finding[] {
  const share = shareOf(unrecognized, lines);
  if (unrecognized === 0) return [];
  const isTooMuch = share > limit;
  return [
    {
      code: 'VOPS-LOGS-UNRECOGNIZED',
      severity: isTooMuch ? 'error' : 'info',
      message: `${name}: ${countOf(unrecognized, 'line')} in no known format (${formatPercent(share)})`,
      ...(isTooMuch && { hint: 'look at the samples; leave the file out with logs.pattern if it is no log' }),
    },
  ];
}

function judgeNew({ messages, moreMessages }: LogAnalysis): Finding[] {
  const added = messages.filter(({ isNew, level }) => isNew && (level === 'error' || level === 'fatal'));
  const [first] = added;
  if (first === undefined) return [];
  const number = added.length === messages.length && moreMessages.kinds > 0 ? `${added.length} or more` : added.length;
  return [
    {
      code: 'VOPS-LOGS-NEW-ERRORS',
      severity: 'warning',
      message: `${number} kinds of errors were not there before; the most frequent: ${first.template}`,
      hint: 'look at the example and its stack with --json; what changed since the run before?',
    },
  ];
}

function judgeUndated({ since, totals }: LogAnalysis): Finding[] {
  if (since === null || totals.undated === 0) return [];
  const message = `${countOf(totals.undated, 'entry').replace(/entrys$/, 'entries')} without a time are counted, whatever the period`;
  return [{ code: 'VOPS-LOGS-UNDATED', severity: 'info', message }];
}

/** No log at all is no clean log. */
function judgeEmpty({ files, olderFiles, directory }: LogAnalysis): Finding[] {
  if (files.length + olderFiles > 0) return [];
  return [
    {
      code: 'VOPS-LOGS-NONE',
      severity: 'warning',
      message: `there is no log in ${directory}: nothing was analysed`,
      hint: 'check logs.directory and logs.pattern, and that the backend writes its log to a file',
    },
  ];
}
