/** Whether those who changed the configuration may, and whether it went the way it should. Pure. */
import type { Config } from '../../config/index.js';
import { countOf } from '../../measures.js';
import type { Finding } from '../../status.js';
import type { Answer, ConfigEvent, Drift, SourceName } from './report.js';

export function judgeAuthors(
  events: readonly ConfigEvent[],
  { authors }: Config['configuration'],
  tracked: ReadonlySet<string>,
): Finding[] {
  const allowed = authors?.map((author) => author.toLowerCase());
  const strangers = events.filter(
    ({ who }) => allowed && who !== null && !namesOf(who).some((name) => allowed.includes(name)),
  );
  const nameless = events.filter(({ who, sources }) => who === null && sources.includes('snapshots'));
  const pastGit = nameless.filter(({ path }) => tracked.has(path));
  const unknown = allowed ? nameless.filter(({ path }) => !tracked.has(path)) : [];
  return [
    ...[...new Set(strangers.map(({ who }) => who))].flatMap((stranger) =>
      listed(
        strangers.filter(({ who }) => who === stranger),
        {
          code: 'VOPS-CONFIG-AUTHOR',
          what: `changed by ${stranger}, who is not in configuration.authors`,
          hint: 'look at the change; names in git are what people say they are',
        },
      ),
    ),
    ...listed(pastGit, {
      code: 'VOPS-CONFIG-PAST-GIT',
      what: 'changed past git: no commit has this content',
      hint: 'commit it, or restore it: viktoria-ops config diff',
    }),
    ...listed(unknown, {
      code: 'VOPS-CONFIG-AUTHOR-UNKNOWN',
      what: 'changed by nobody knows whom',
      hint: 'look at it with: viktoria-ops config diff',
    }),
  ];
}

/** `Anna <anna@example.org>` is known by either; `root, by sudo of anna` by anna. */
function namesOf(who: string): readonly string[] {
  const [, name = who, email] = /^(.*) <(.*)>$/.exec(who) ?? [];
  const account = /, by sudo of (.*)$/.exec(who)?.[1];
  return [who, name, email, account].flatMap((text) => (text === undefined ? [] : [text.toLowerCase()]));
}

const NAMED = 5;

function listed(
  events: readonly ConfigEvent[],
  { code, what, hint }: { readonly code: string; readonly what: string; readonly hint: string },
): Finding[] {
  const paths = [...new Set(events.map(({ path }) => path))];
  if (paths.length === 0) return [];
  const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : '';
  return [{ code, severity: 'warning', message: `${paths.slice(0, NAMED).join(', ')}${more}: ${what}`, hint }];
}

/** A source that failed leaves the audit incomplete; one that is not there is a remark. */
export function judgeSources(answers: Readonly<Record<SourceName, Answer<unknown>>>): Finding[] {
  return Object.entries(answers).flatMap(([source, { state, detail, hint }]): Finding[] => {
    if (state === 'asked') return [];
    const severity = state === 'failed' || source === 'snapshots' ? 'warning' : 'info';
    const advice = source === 'snapshots' ? 'make one every day: viktoria-ops config backup' : hint;
    const message = `nothing is known from ${source}: ${detail}`;
    return [
      { code: 'VOPS-CONFIG-AUDIT-INCOMPLETE', severity, message, ...(advice === undefined ? {} : { hint: advice }) },
    ];
  });
}

/** Newest first; what was once in it stays in its history. */
export function judgeEnvInGit(changes: readonly Pick<ConfigEvent, 'path' | 'kind'>[]): Finding[] {
  const last = changes.find(({ path }) => path === '.env');
  if (last === undefined) return [];
  const message = last.kind === 'removed' ? '.env is gone from git, and in its history still' : '.env is in git';
  const hint = 'its secrets are known to everybody who has the repository: take it out, and make other secrets';
  return [{ code: 'VOPS-CONFIG-ENV-IN-GIT', severity: 'warning', message, hint }];
}

export function judgeDrift(drift: readonly Drift[]): Finding[] {
  const environments = [...new Set(drift.map(({ environment }) => environment))];
  return environments.map((name) => {
    const own = drift.filter(({ environment }) => environment === name);
    const keys = own.map(({ key }) => key);
    const more = keys.length > NAMED ? ' …' : '';
    return {
      code: 'VOPS-CONFIG-DRIFT',
      severity: 'warning',
      message: `${name} differs from ${own[0]?.reference} in ${countOf(keys.length, 'value')}: ${keys.slice(0, NAMED).join(', ')}${more}`,
      hint: `see them with: viktoria-ops config diff env:${own[0]?.reference} env:${name}; what is meant to differ goes into configuration.expectedDrift`,
    };
  });
}
