/** The backend's configuration files: do they parse, and is anything in them known to be dangerous? */
import * as z from 'zod';
import { type Config, parseData } from '../../config/index.js';
import { OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import { isDirectory } from '../directory.js';
import type { BackendFacts } from './judgement.js';
import { type BackendRead, readBackend } from './read.js';
import { BACKEND_RULES } from './rules/index.js';
import { readSettings } from './settings.js';

export const BackendInspection = z.object({
  root: z.string(),
  /** Whose files of `config/env/` count, and how strictly: that of `.env`, else of --env, else production. */
  nodeEnv: z.string(),
  files: z.number().int(),
  /** `unknown`: only running the backend would tell. */
  settings: z.array(
    z.object({ setting: z.string(), place: z.string(), verdict: z.enum(['safe', 'risky', 'unknown']) }),
  ),
});
export type BackendInspection = z.output<typeof BackendInspection>;

export interface Inspected {
  readonly inspection: BackendInspection;
  readonly findings: readonly Finding[];
}

/** Undefined where there is no backend. Reads, and executes nothing. */
export async function inspectBackend({
  app: { root },
  environment,
}: Pick<Config, 'app' | 'environment'>): Promise<Inspected | undefined> {
  if (!(await isDirectory(root))) return undefined;
  const read = await readBackend(root);
  const nodeEnv = nodeEnvOf(read, environment);
  const { root: settings, problems } = await readSettings(read.files, read.env?.values ?? new Map(), nodeEnv);
  const manifest = await readPackage(read.packageJson);
  const judged = judgeAll({ ...read, settings, nodeEnv, startScript: manifest.startScript });
  const findings = [
    ...read.findings,
    ...problems.map(({ place, what }) => broken(place, what)),
    ...(read.env?.brokenLines ?? []).map((line) => broken(`.env:${line}`, 'neither a comment nor NAME=value')),
    ...manifest.problems,
    ...judged.findings,
    ...untold(judged.settings),
  ];
  return { inspection: { root, nodeEnv, files: read.files.length, settings: judged.settings }, findings };
}

/** Our own environment counts first: a production whose `.env` says development is one of the risks. */
function nodeEnvOf({ env }: BackendRead, environment: string): string {
  return environment === 'default' ? (env?.values.get('NODE_ENV') ?? 'production') : environment;
}

function judgeAll(facts: BackendFacts) {
  const judgements = BACKEND_RULES.flatMap((rule) => rule(facts));
  return {
    settings: judgements.map(({ setting, place, verdict }) => ({ setting, place, verdict })),
    findings: judgements.flatMap(({ finding }) => finding ?? []),
  };
}

/** Not a risk, and no reassurance either. */
function untold(settings: BackendInspection['settings']): Finding[] {
  const names = settings.filter(({ verdict }) => verdict === 'unknown').map(({ setting }) => setting);
  if (names.length === 0) return [];
  const message = `cannot be told from the files alone: ${[...new Set(names)].join(', ')}`;
  return [{ code: 'VOPS-CONFIG-UNTOLD', severity: 'info', message, hint: 'see to these yourself' }];
}

const broken = (place: string, what: string): Finding => ({
  code: 'VOPS-CONFIG-SYNTAX',
  severity: 'error',
  message: `${place}: ${what}`,
  hint: 'mend it: the backend will not start with it, or start without it',
});

async function readPackage(
  text: string | undefined,
): Promise<{ startScript: string | undefined; problems: Finding[] }> {
  if (text === undefined) return { startScript: undefined, problems: [] };
  try {
    const parsed = await parseData('package.json', text);
    return { startScript: PackageJson.safeParse(parsed?.data).data?.scripts?.start, problems: [] };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { startScript: undefined, problems: [broken('package.json', error.message.replace(/^package\.json:/, ''))] };
  }
}

const PackageJson = z.object({ scripts: z.object({ start: z.string().optional() }).optional() });
