/** `config audit`: what changed, when, and by whom; and where the environments drift apart. */
import { readAudit } from '../../audit/index.js';
import type { Context } from '../../context.js';
import type { ConfigChange } from '../../contract/index.js';
import { OperatorError } from '../../errors.js';
import { countOf } from '../../measures.js';
import { conclude, type Outcome } from '../../status.js';
import type { StateContext } from '../state/select.js';
import { readDrift } from './drift.js';
import { readGit } from './git.js';
import { judgeAuthors, judgeDrift, judgeEnvInGit, judgeSources } from './judge.js';
import { mergeEvents, type OperatorChange } from './merge.js';
import { type Answer, type ConfigAudit, type ConfigAuditFlags, SOURCES, spanOf } from './report.js';
import { readSnapshots } from './snapshots.js';

type AuditContext = StateContext & Pick<Context, 'exec' | 'api'>;

/** Errors: those of the catalogue and its backups. A source that cannot be asked is a finding. */
export async function auditConfig(context: AuditContext, flags: ConfigAuditFlags): Promise<Outcome<ConfigAudit>> {
  const config = await context.config();
  const until = context.now();
  const since = new Date(+until - spanOf(flags));
  const [snapshots, git, backend, operators, { drift, findings }] = await Promise.all([
    readSnapshots(context, since),
    readGit(context, config.app.root),
    readBackendChanges(context),
    readOperators(config.stateDirectory, since),
    readDrift(context),
  ]);
  const answers = { snapshots, git, backend, operators };
  const told = { snapshots: snapshots.found, git: git.found, backend: backend.found, operators: operators.found };
  const events = mergeEvents(told, since);
  const result = {
    since: since.toISOString(),
    until: until.toISOString(),
    root: config.app.root,
    sources: SOURCES.map((source) => ({ source, state: answers[source].state, detail: answers[source].detail })),
    events,
    drift,
  };
  // Of .env only names are kept, which no commit can be compared with.
  const tracked = new Set(git.found.map(({ path }) => path).filter((path) => path !== '.env'));
  return conclude(result, [
    ...judgeAuthors(events, config.configuration, tracked),
    ...judgeEnvInGit(git.found),
    ...judgeDrift(drift),
    ...judgeSources(answers),
    ...(snapshots.findings ?? []),
    ...findings,
  ]);
}

/** Of the newest that the backend keeps. */
const MOST_CHANGES = 1_000;

async function readBackendChanges({ api }: Pick<Context, 'api'>): Promise<Answer<ConfigChange>> {
  try {
    const found = await api('configChanges', { limit: MOST_CHANGES });
    return { state: 'asked', detail: countOf(found.length, 'change'), found };
  } catch (error) {
    if (!(error instanceof OperatorError && error.code.startsWith('VOPS-API-'))) throw error;
    const state = error.code === 'VOPS-API-NOT-OFFERED' ? 'absent' : 'failed';
    return { state, detail: error.message, found: [], ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
}

async function readOperators(stateDirectory: string, since: Date): Promise<Answer<OperatorChange>> {
  const { records } = await readAudit(stateDirectory, since);
  const restores = records.filter(({ action }) => action === 'config.restored');
  const found = restores.map(({ at, actor, details }) => ({ at, who: actor, paths: pathsIn(details?.paths) }));
  return { state: 'asked', detail: countOf(found.length, 'restore'), found };
}

const pathsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((path) => typeof path === 'string') : [];
