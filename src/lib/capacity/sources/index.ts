/** All that is known of the past, from every source. */
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import { collectHistory, type Point, type ResourceHistory } from '../history.js';
import { samples } from './samples.js';
import type { HistorySource } from './source.js';
import { usage } from './usage.js';

const sources: readonly HistorySource[] = [samples, usage];

/** A source that cannot be asked is a finding, and the rest is what there is. */
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
  return { histories: collectHistory(read.flat()), findings };
}

const unread = (name: string, { code, message, hint }: OperatorError): Finding => ({
  code: 'VOPS-CAPACITY-SOURCE',
  severity: code === 'VOPS-API-NOT-OFFERED' ? 'info' : 'warning',
  message: `the history lacks the ${name}: ${message}`,
  ...(hint !== undefined && { hint }),
});
