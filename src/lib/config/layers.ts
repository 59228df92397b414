/** The layers of a configuration, from below: defaults, file, section of the chosen environment, variables. */
import { OperatorError } from '../errors.js';
import { suggest } from '../suggest.js';
import type { ConfigDocument, Located } from './document.js';
import { type Environment, VARIABLES, variableAt, variableValue } from './environment-variables.js';
import type { Origin, Path } from './origin.js';
import { isTree, merge, type Tree, withValue } from './tree.js';

/** What the file says, seen from one environment. */
export interface View {
  readonly document: ConfigDocument;
  /** Undefined for the file as it stands, without any section of `environments`. */
  readonly environment: string | undefined;
  /** The sections, merged; references as they were written. */
  readonly tree: Tree;
}

export function viewOf(document: ConfigDocument, environment: string | undefined): View {
  const { environments: _, ...base } = document.data;
  const over = environment === undefined ? {} : environmentsOf(document)[environment];
  return { document, environment, tree: isTree(over) ? merge(base, over) : base };
}

/** The names under `environments`. */
export function environmentNames(document: ConfigDocument | undefined): readonly string[] {
  return document === undefined ? [] : Object.keys(environmentsOf(document));
}

function environmentsOf({ data }: ConfigDocument): Tree {
  return isTree(data.environments) ? data.environments : {};
}

/** Refuses an environment that the file does not have. Errors: `VOPS-USAGE`. */
export function requireEnvironment(document: ConfigDocument | undefined, name: string | undefined): void {
  const names = environmentNames(document);
  if (name === undefined || names.includes(name)) return;
  const where =
    document === undefined ? 'there is no configuration file' : `${document.file} has ${names.join(', ') || 'none'}`;
  const meant = suggest(name, names);
  throw new OperatorError('VOPS-USAGE', `no environment "${name}": ${where}`, {
    hint: meant === undefined ? 'add it under environments, or leave out --env' : `did you mean --env ${meant}?`,
  });
}

/** Where the view has a path from: the environment's section or the part above, whichever goes further down the path. */
export function locateIn({ document, environment }: View, path: Path): Located & { readonly within: Path } {
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

/** The layer that a value comes from. */
export function originOf(view: View | undefined, env: Environment, path: Path): Origin {
  const variable = variableAt(env, path);
  if (variable) return { kind: 'variable', name: variable.name };
  const located = view && locateIn(view, path);
  if (!view || !located || located.depth < path.length) return { kind: 'default' };
  const { file } = view.document;
  const origin = { kind: 'file', file, line: located.key.line } as const;
  return located.within.length > 0 && view.environment !== undefined
    ? { ...origin, environment: view.environment }
    : origin;
}
