/** All that is known of the past, from every source. */
import { CLOCKS_DIFFER_MS } from '../../clocks.js';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import { collectHistory, type Point, type ResourceHistory } from '../history.js';
import { samples } from './samples.js';
import type { HistorySource } from './source.js';
import { usage } from './usage.js';

const sources: readonly HistorySource[] = [samples, usage];

/** A source that cannot be asked is a finding, and so are points of the future; the rest is what there is. */
export async function readHistory(
  context: Pick<Context, 'api' | 'config' | 'now' | 'signal'>,
): Promise<{ readonly histories: readonly ResourceHistory[]; readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  const read = await Promise.all(
    sources.map(async ({ name, read }): Promise<readonly Point[]> => {
      try {
        return await read(context);
      } catch (error) {
        if (context.signal.aborted || !(error instanceof OperatorError)) throw error;
        findings.push(unread(name, error));
        return [];
      }
    }),
  );
  const points = read.flat();
  const latest = +context.now() + CLOCKS_DIFFER_MS;
  const future = points.filter(({ at }) => at > latest);
  if (future.length > 0) findings.push(ofTheFuture(future));
  return { histories: collectHistory(points.filter(({ at }) => at <= latest)), findings };
}

/** A forecast begins at the last point: one of a clock that was wrong, and it would be about another year. */
function ofTheFuture(points: readonly Point[]): Finding {
  const last = points.reduce((latest, { at }) => Math.max(latest, at), 0);
  return {
    code: 'VOPS-CAPACITY-FUTURE',
    severity: 'warning',
    message: `the history has samples of the future, up to ${new Date(last).toISOString()}: they were left out`,
    hint: 'the clock was wrong then, or is now: compare it with: timedatectl',
  };
}

const unread = (name: string, { code, message, hint }: OperatorError): Finding => ({
  code: 'VOPS-CAPACITY-SOURCE',
  severity: code === 'VOPS-API-NOT-OFFERED' ? 'info' : 'warning',
  message: `the history lacks the ${name}: ${message}`,
  ...(hint !== undefined && { hint }),
});
