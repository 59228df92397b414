/**
 * `config validate`: the schema, the references, what only makes sense of several values together, and the files of the
 * backend.
 */
import * as z from 'zod';
import { type Config, effectiveValues, leavesOf } from '../config/index.js';
import type { Context } from '../context.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { BackendInspection, inspectBackend } from './backend/inspect.js';
import { isDirectory } from './directory.js';
import { type Facts, RULES } from './rules.js';

export const ConfigValidation = z.object({
  environment: z.string(),
  /** Null when only defaults and environment variables hold. */
  file: z.string().nullable(),
  /** Sections of which at least one value is not the default. */
  sections: z.array(z.string()),
  /** Values that are not the default. */
  valuesSet: z.number().int(),
  rulesChecked: z.number().int(),
  problems: z.number().int(),
  /** The backend's own files; null where there is no backend on this host. */
  backend: BackendInspection.nullable(),
});
export type ConfigValidation = z.output<typeof ConfigValidation>;

/**
 * Checks the configuration. One that does not even load is an error, the same with every command (exit 2); what loads and
 * yet is wrong or risky is a finding.
 */
export async function validateConfig({ config }: Pick<Context, 'config'>): Promise<Outcome<ConfigValidation>> {
  const loaded = await config();
  const facts = await lookUp(loaded);
  const backend = await inspectBackend(loaded);
  const findings = [
    ...loaded.warnings,
    ...RULES.flatMap((rule) => rule(loaded, facts)),
    ...(await alertProblems(loaded)),
    ...(await playbookProblems(loaded)),
    ...(backend?.findings ?? []),
  ];
  const set = [...leavesOf(effectiveValues(loaded))].filter(({ path }) => loaded.isSet(path));
  const result = {
    environment: loaded.environment,
    file: loaded.file ?? null,
    sections: [...new Set(set.map(({ path }) => String(path[0])))],
    valuesSet: set.length,
    rulesChecked: RULES.length,
    problems: findings.filter(({ severity }) => severity !== 'info').length,
    backend: backend?.inspection ?? null,
  };
  return conclude(result, findings);
}

/** Conditions cost time to parse, so only what needs the rules does; and this, on their behalf. */
async function alertProblems(config: Config): Promise<readonly Finding[]> {
  const { compileRules, locateProblems } = await import('../alerts/index.js');
  const problems = await locateProblems(config, compileRules(config).problems);
  return problems.map(({ place, key, what }) => ({
    code: 'VOPS-CONFIG-ALERT',
    severity: 'error',
    message: `${place} ${key}: ${what}`,
    hint: 'every alerts command refuses to run until this is mended',
  }));
}

async function playbookProblems(config: Config): Promise<readonly Finding[]> {
  if (config.incidents === undefined) return [];
  const { findPlaybookProblems } = await import('../incidents/index.js');
  return (await findPlaybookProblems(config)).map(({ place, key, what }) => ({
    code: 'VOPS-CONFIG-PLAYBOOK',
    severity: 'error',
    message: `${place} ${key}: ${what}`,
    hint: 'no playbook runs until this is mended',
  }));
}

async function lookUp({ app, logs }: Config): Promise<Facts> {
  const directories = [app.root, logs.directory];
  const exists = await Promise.all(directories.map(isDirectory));
  return { missingDirectories: new Set(directories.filter((_, index) => !exists[index])) };
}
