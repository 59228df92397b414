/** Which route of the contract a path is. */
import { API_PREFIX, type RouteName, routes } from '../contract/index.js';

export interface RouteMatch {
  readonly name: RouteName;
  /** Of the path, not yet checked. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Routes of any method whose path this is. */
export function matchesOf(path: string): RouteMatch[] {
  const names = Object.keys(routes) as RouteName[]; // keys of a literal
  return names.flatMap((name) => {
    const parameters = match(API_PREFIX + routes[name].path, path);
    return parameters ? [{ name, parameters }] : [];
  });
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) parameters[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return parameters;
}
