/** From flags, variables and a file to the one configuration that everything after trusts. */
import { dirname, resolve } from 'node:path';
import type { Redactor } from '../redact.js';
import { checkFile, checkSections, type GivenSections, withDefaults } from './check-sections.js';
import { withDirectories } from './directories.js';
import { findConfigFile } from './discover.js';
import type { ConfigDocument } from './document.js';
import { type Environment, variableAt } from './environment-variables.js';
import { registerSecrets, warnOfExposedKeys, warnOfExposure } from './exposure.js';
import type { Checked, Issue } from './issues.js';
import {
  environmentNames,
  locateIn,
  originsOf,
  refuseVariablesForAll,
  requireEnvironment,
  requireEnvironments,
  type View,
  viewOf,
  withVariables,
} from './layers.js';
import { formatPath, type Path } from './origin.js';
import { firstOf, invalidConfig, type Problem } from './problems.js';
import { hasReference, type Missing, type ReferenceSources, resolveReferences } from './references.js';
import type { Config } from './schema.js';
import { type ConfigSource, readConfig } from './source.js';
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
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const found = await findSource(options);
  requireEnvironment(found.source?.content, options.flags.env);
  await refuseInvalidFile(found.source);
  return resolveConfig(found, options);
}

/** The environments of one reading of the file, each to be loaded by itself: what is wrong in one leaves the others alone. */
export interface Environments {
  readonly names: readonly string[];
  /** With a redactor of its own, so that no environment learns the secrets of another. Errors: as `loadConfig`. */
  readonly load: (name: string, redactor: Redactor) => Promise<Config>;
}

/**
 * Opens the file for all its environments. Errors: as `loadConfig` for what is wrong outside of them; `VOPS-USAGE` when it
 * has none, and when a variable names one backend for all of them.
 */
export async function openEnvironments(options: Omit<LoadOptions, 'redactor'>): Promise<Environments> {
  const found = await findSource(options);
  const names = environmentNames(found.source?.content);
  requireEnvironments(found.file, names);
  refuseVariablesForAll(options.env);
  await refuseInvalidFile(found.source, { views: [undefined] });
  return {
    names,
    load: async (name, redactor) => {
      await refuseInvalidFile(found.source, { views: [name] });
      return resolveConfig(found, { ...options, flags: { ...options.flags, env: name }, redactor });
    },
  };
}

type Found = Awaited<ReturnType<typeof findSource>>;

async function findSource({ flags, env, cwd }: Omit<LoadOptions, 'redactor'>) {
  const { file, warnings } = await findConfigFile(flags.config, env, cwd);
  return { file, warnings, source: file === undefined ? undefined : await readConfig(file) };
}

async function resolveConfig(
  { file, source, warnings }: Found,
  { flags, env, cwd, redactor }: LoadOptions,
): Promise<Config> {
  const directory = file === undefined ? cwd : dirname(file);
  const files = new Set<string>();
  const given = await parseSections(source, flags.env, { env, directory, files });
  registerSecrets(given, redactor);
  const sections = withDefaults(given);

  const isVariable = (path: Path) => variableAt(env, path) !== undefined;
  const tree = source ? viewOf(source.content, flags.env).tree : {};
  const resolved = withDirectories(sections, env, (path, value) => resolve(isVariable(path) ? cwd : directory, value));
  return Object.assign(resolved, {
    environment: flags.env ?? 'default',
    file,
    secretFiles: [...files],
    warnings: [
      ...warnings,
      ...(source ? await warnOfExposure(source.content, sections) : []),
      ...(given.backup ? await warnOfExposedKeys(resolved) : []),
    ],
    isSet: (path: Path) => isVariable(path) || valueAt(tree, path) !== undefined,
    origins: async () => originsOf(await source?.document(), flags.env, env),
  });
}

/** The environments that a configuration file names. Errors: as of reading it. */
export async function listEnvironments(file: string | undefined): Promise<readonly string[]> {
  return environmentNames(file === undefined ? undefined : (await readConfig(file)).content);
}

/**
 * Checks a copy as a start would check the original. What is a reference there, or masked, cannot be judged.
 * Errors: `VOPS-CONFIG-INVALID`, `VOPS-CONFIG-NOT-FOUND`.
 */
export async function checkMaskedConfig(file: string): Promise<void> {
  await refuseInvalidFile(await readConfig(file), { isOpen: (value) => hasReference(value) || value === MASK });
}

const MASK = '***';

interface FileCheck {
  /** Environments to check; undefined stands for the file as it is, without any. Default: it, and every one. */
  readonly views?: readonly (string | undefined)[];
  /** Whether a value cannot be judged yet. */
  readonly isOpen?: (value: unknown) => boolean;
}

/** Checks the file with every one of its environments, so that a slip in production's shows before production runs. */
async function refuseInvalidFile(
  source: ConfigSource | undefined,
  { views, isOpen = hasReference }: FileCheck = {},
): Promise<void> {
  if (source === undefined) return;
  const { content } = source;
  const checked = (views ?? [undefined, ...environmentNames(content)]).map((environment) => {
    const tree = environment === undefined ? content.data : viewOf(content, environment).tree;
    const found = environment === undefined ? checkFile(tree) : checkSections(tree);
    return { environment, issues: closedIssues(found, tree, isOpen) };
  });
  const wrong = checked.filter(({ issues }) => issues.length > 0);
  if (wrong.length === 0) return;
  const document = await source.document();
  throw invalidConfig(wrong.flatMap((view) => view.issues.map((issue) => problemOf(document, view, issue))));
}

/** Issues of a value that is still open are left for later: only what it resolves to can be judged. */
function closedIssues(
  { issues = [] }: Checked<unknown>,
  tree: Tree,
  isOpen: (value: unknown) => boolean,
): readonly Issue[] {
  return firstOf(issues.filter(({ path, isKey }) => isKey || !isOpen(valueAt(tree, path))));
}

function problemOf(document: ConfigDocument, view: Pick<View, 'environment'>, { path, what, isKey }: Issue): Problem {
  const { within, key, value } = locateIn(document, view, path);
  return { place: (isKey ? key : value).text, key: formatPath([...within, ...path]), what };
}

async function parseSections(
  source: ConfigSource | undefined,
  environment: string | undefined,
  sources: ReferenceSources,
): Promise<GivenSections> {
  const missing: Missing[] = [];
  const tree = source ? viewOf(source.content, environment).tree : {};
  const { env } = sources;
  const resolved = await resolveReferences(tree, sources, missing);
  const unset = missing.filter(({ path }) => variableAt(env, path) === undefined);
  const document = unset.length > 0 ? await source?.document() : undefined;
  if (document) refuseMissing(document, { environment }, unset);
  const { data, issues } = checkSections(withVariables(resolved, env));
  if (data) return data;
  const places = await source?.document();
  throw invalidConfig(
    firstOf(issues).map((issue) => {
      const variable = variableAt(env, issue.path);
      if (variable || !places) return { place: `$${variable?.name}`, key: formatPath(issue.path), what: issue.what };
      return problemOf(places, { environment }, issue);
    }),
  );
}

function refuseMissing(document: ConfigDocument, view: Pick<View, 'environment'>, missing: readonly Missing[]): never {
  const problems = firstOf(missing).map(({ path, what }) => problemOf(document, view, { path, what, isKey: false }));
  if (missing.some(({ isMalformed }) => isMalformed)) throw invalidConfig(problems);
  throw invalidConfig(problems, {
    code: 'VOPS-SECRET-MISSING',
    hint: 'set the variable, or give this user the right to read the file',
  });
}
