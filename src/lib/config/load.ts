/** From flags, variables and a file to the one configuration that everything after trusts. */
import { dirname, resolve } from 'node:path';
import type { Redactor } from '../redact.js';
import { withDirectories } from './directories.js';
import { findConfigFile } from './discover.js';
import type { ConfigDocument } from './document.js';
import { type Environment, variableAt } from './environment-variables.js';
import { registerSecrets, warnOfExposure } from './exposure.js';
import { check, type Issue } from './issues.js';
import {
  environmentNames,
  locateIn,
  originOf,
  requireEnvironment,
  type View,
  viewOf,
  withVariables,
} from './layers.js';
import { formatPath, type Origin, type Path } from './origin.js';
import { firstOf, invalidConfig, type Problem } from './problems.js';
import { hasReference, type Missing, resolveReferences } from './references.js';
import { type Config, ConfigFile, ConfigSections } from './schema.js';
import { readConfigDocument } from './source.js';
import { type Tree, valueAt } from './tree.js';

export interface LoadOptions {
  /** `config` is the file, `env` the name of the environment. */
  readonly flags: { readonly config?: string | undefined; readonly env?: string | undefined };
  readonly env: Environment;
  readonly cwd: string;
  /** Learns every secret of the configuration. */
  readonly redactor: Redactor;
}

/**
 * Finds, reads and checks the configuration: flag > variable > file > default, value by value. Reads files, runs nothing.
 * Errors (exit 2): `VOPS-CONFIG-NOT-FOUND`, `-INVALID`, `-UNSAFE`, `VOPS-SECRET-MISSING`; `VOPS-USAGE` for an unknown
 * environment. Each lists all there is to mend, and no value.
 */
export async function loadConfig({ flags, env, cwd, redactor }: LoadOptions): Promise<Config> {
  const { file, warnings } = await findConfigFile(flags.config, env, cwd);
  const document = file === undefined ? undefined : await readConfigDocument(file);
  requireEnvironment(document, flags.env);
  refuseInvalidFile(document);

  const view = document && viewOf(document, flags.env);
  const origin = (path: Path): Origin => originOf(view, env, path);
  const directory = file === undefined ? cwd : dirname(file);
  const sections = await parseSections(view, env, directory);
  registerSecrets(sections, redactor);

  return {
    ...withDirectories(sections, env, (path, value) =>
      resolve(origin(path).kind === 'variable' ? cwd : directory, value),
    ),
    environment: flags.env ?? 'default',
    file,
    warnings: [...warnings, ...(document ? await warnOfExposure(document, sections) : [])],
    origin,
  };
}

/** Checks the file with every one of its environments, so that a slip in production's shows before production runs. */
function refuseInvalidFile(document: ConfigDocument | undefined): void {
  if (document === undefined) return;
  const views = environmentNames(document).map((name) => viewOf(document, name));
  const problems = [
    ...problemsOf(viewOf(document, undefined), check(ConfigFile, document.data).issues, document.data),
    ...views.flatMap((view) => problemsOf(view, check(ConfigSections, view.tree).issues, view.tree)),
  ];
  if (problems.length > 0) throw invalidConfig(problems);
}

/** Issues of a value that is still a reference are left for later: only what it resolves to can be judged. */
function problemsOf(view: View, issues: readonly Issue[] = [], tree: Tree): Problem[] {
  return firstOf(issues.filter(({ path, isKey }) => isKey || !hasReference(valueAt(tree, path)))).map((issue) =>
    problemOf(view, issue),
  );
}

function problemOf(view: View, { path, what, isKey }: Issue): Problem {
  const { within, key, value } = locateIn(view, path);
  return { place: (isKey ? key : value).text, key: formatPath([...within, ...path]), what };
}

async function parseSections(view: View | undefined, env: Environment, directory: string): Promise<ConfigSections> {
  const missing: Missing[] = [];
  const resolved = await resolveReferences(view?.tree ?? {}, { env, directory }, missing);
  refuseMissing(
    view,
    missing.filter(({ path }) => variableAt(env, path) === undefined),
  );
  const { data, issues } = check(ConfigSections, withVariables(resolved, env));
  if (data) return data;
  throw invalidConfig(
    firstOf(issues).map((issue) => {
      const variable = variableAt(env, issue.path);
      if (variable || !view) return { place: `$${variable?.name}`, key: formatPath(issue.path), what: issue.what };
      return problemOf(view, issue);
    }),
  );
}

function refuseMissing(view: View | undefined, missing: readonly Missing[]): void {
  if (view === undefined || missing.length === 0) return;
  const problems = firstOf(missing).map(({ path, what }) => problemOf(view, { path, what, isKey: false }));
  if (missing.some(({ isMalformed }) => isMalformed)) throw invalidConfig(problems);
  throw invalidConfig(problems, {
    code: 'VOPS-SECRET-MISSING',
    hint: 'set the variable, or give this user the right to read the file',
  });
}
