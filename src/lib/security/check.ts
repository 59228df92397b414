/** What a check of `security check` is: what it looks at, and what it makes of that. */
import type * as z from 'zod';
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import type { Finding } from '../status.js';

export type SecurityContext = Pick<Context, 'config' | 'env' | 'now' | 'pg' | 'signal'>;

export interface Subject {
  readonly context: SecurityContext;
  readonly config: Config;
  /** How far back logs are read. */
  readonly since: Date;
}

interface CheckParts<Data> {
  /** Schema of what was seen, as `--json` carries it. */
  readonly data: z.ZodType<Data>;
  /** An `OperatorError` thrown here means that nothing could be found out. */
  readonly read: (subject: Subject) => Promise<Data>;
  /** Pure: what an operator should know about this. */
  readonly judge: (data: Data, subject: Pick<Subject, 'config'> & { readonly now: Date }) => readonly Finding[];
  /** One line that says what was seen. */
  readonly describe: (data: Data) => string;
}

interface Examined<Data> {
  readonly data: Data;
  readonly findings: readonly Finding[];
  readonly message: string;
}

export interface SecurityCheck<Data> extends Pick<CheckParts<Data>, 'data'> {
  readonly examine: (subject: Subject) => Promise<Examined<Data>>;
}

/** Joins reading and judging, so that checks of all shapes fit into one list. */
export function defineCheck<Data>({ data, read, judge, describe }: CheckParts<Data>): SecurityCheck<Data> {
  return {
    data,
    examine: async (subject) => {
      const seen = await read(subject);
      const findings = judge(seen, { config: subject.config, now: subject.context.now() });
      return { data: seen, findings, message: describe(seen) };
    },
  };
}
