/** The layers of a configuration, from below: defaults, file, section of the chosen environment, variables. */
import { OperatorError } from '../errors.js';
import { suggest } from '../suggest.js';
import type { ConfigData, ConfigDocument, Located } from './document.js';
import { type Environment, VARIABLES, variableAt, variableValue } from './environment-variables.js';
import type { Origin, Path } from './origin.js';
import { isTree, merge, type Tree, withValue } from './tree.js';

/** What the file says, seen from one environment. */
export interface View {
  readonly content: ConfigData;
  /** Undefined for the file as it stands, without any section of `environments`. */
  readonly environment: string | undefined;
  /** The sections, merged; references as they were written. */
  readonly tree: Tree;
}

export function viewOf(content: ConfigData, environment: string | undefined): View {
  const { environments: _, ...base } = content.data;
  const over = environment === undefined ? {} : environmentsOf(content)[environment];
  return { content, environment, tree: isTree(over) ? merge(base, over) : base };
}

/** The names under `environments`. */
export function environmentNames(content: ConfigData | undefined): readonly string[] {
  return content === undefined ? [] : Object.keys(environmentsOf(content));
}

function environmentsOf({ data }: ConfigData): Tree {
  return isTree(data.environments) ? data.environments : {};
}

/** Refuses an environment that the file does not have. Errors: `VOPS-USAGE`. */
export function requireEnvironment(content: ConfigData | undefined, name: string | undefined): void {
  const names = environmentNames(content);
  if (name === undefined || names.includes(name)) return;
  const where =
    content === undefined ? 'there is no configuration file' : `${content.file} has ${names.join(', ') || 'none'}`;
  const meant = suggest(name, names);
  throw new OperatorError('VOPS-USAGE', `no environment "${name}": ${where}`, {
    hint: meant === undefined ? 'add it under environments, or leave out --env' : `did you mean --env ${meant}?`,
  });
}

/** Refuses to look at every environment where there is none. Errors: `VOPS-USAGE`. */
export function requireEnvironments(file: string | undefined, names: readonly string[]): void {
  if (names.length > 0) return;
  throw new OperatorError('VOPS-USAGE', `no environments: ${file ?? 'there is no configuration file'}`, {
    hint: 'name them under environments in the configuration, or leave out --env all',
  });
}

/**
 * Refuses variables that stand for one backend: laid over every environment, each would be asked for the same backend's
 * verdict, or be sent another's secret. Errors: `VOPS-USAGE`.
 */
export function refuseVariablesForAll(env: Environment): void {
  const names = VARIABLES.filter(({ name, isOfOneBackend }) => isOfOneBackend && env[name]).map(({ name }) => name);
  if (names.length === 0) return;
  throw new OperatorError('VOPS-USAGE', `${names.join(', ')} would hold for every environment alike`, {
    hint: `unset it for this run: env ${names.map((name) => `-u ${name}`).join(' ')} viktoria-ops …; or name one environment`,
  });
}

/** Where the view has a path from: the environment's section or the part above, whichever goes further down the path. */
export function locateIn(
  document: ConfigDocument,
  { environment }: Pick<View, 'environment'>,
  path: Path,
): Located & { readonly within: Path } {
  const base = { ...document.locate(path), within: [] };
  if (environment === undefined) return base;
  const within = ['environments', environment];
  const over = document.locate([...within, ...path]);
  const depth = over.depth - within.length;
  return over.passedList || depth >= base.depth ? { ...over, depth, within } : base;
}

/** Lays the variables that are set over the tree. */
export function withVariables(tree: Tree, env: Environment): Tree {
  return VARIABLES.reduce((merged, variable) => {
    const text = env[variable.name];
    return text ? withValue(merged, variable.path, variableValue(variable, text)) : merged;
  }, tree);
}

/** The layer that a value comes from, by its path. */
export function originsOf(
  document: ConfigDocument | undefined,
  environment: string | undefined,
  env: Environment,
): (path: Path) => Origin {
  return (path) => {
    const variable = variableAt(env, path);
    if (variable) return { kind: 'variable', name: variable.name };
    return document ? originIn(document, environment, path) : { kind: 'default' };
  };
}

function originIn(document: ConfigDocument, environment: string | undefined, path: Path): Origin {
  const located = locateIn(document, { environment }, path);
  if (located.depth < path.length) return { kind: 'default' };
  const { file } = document;
  const origin = { kind: 'file', file, line: located.key.line } as const;
  return located.within.length > 0 && environment !== undefined ? { ...origin, environment } : origin;
}
