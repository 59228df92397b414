/** All settings of a backend under one roof: `server.app.keys`, `middlewares[3]`, as Strapi would put them together. */
import { parseData } from '../../config/index.js';
import { OperatorError } from '../../errors.js';
import type { Environment } from './environment.js';
import { evaluateProgram } from './evaluate.js';
import { isProblem, isProgram, parseProgram, type SyntaxProblem } from './program.js';
import { asValue, mergeValues, unknownAt, type Value } from './value.js';

export interface BackendText {
  /** From the backend's root: `config/env/production/server.ts`. */
  readonly name: string;
  readonly text: string;
}

export interface Settings {
  /** An object with one key a file. */
  readonly root: Value;
  /** Files that cannot be read, of every environment. */
  readonly problems: readonly SyntaxProblem[];
}

/**
 * @param variables what `.env` sets
 * @param nodeEnv whose files of `config/env/` are laid over the others
 */
export async function readSettings(
  files: readonly BackendText[],
  variables: Environment,
  nodeEnv: string,
): Promise<Settings> {
  const environment = new Map([['NODE_ENV', nodeEnv], ...variables]);
  const problems: SyntaxProblem[] = [];
  const [base, over] = [new Map<string, Value>(), new Map<string, Value>()];
  for (const file of files) {
    const value = await evaluateFile(file, environment);
    if ('what' in value) problems.push(value);
    const { key = '', env } = PLACE.exec(file.name)?.groups ?? {};
    const layer = env === undefined ? base : env === nodeEnv ? over : undefined;
    if (key !== '') layer?.set(key, 'what' in value ? unknownAt(file.name) : value);
  }
  return { root: mergeValues(objectOf(base), objectOf(over)), problems };
}

const objectOf = (entries: ReadonlyMap<string, Value>): Value => {
  return { kind: 'object', entries, isOpen: false, place: 'config' };
};

/** What Strapi loads: it looks neither into other directories nor at declarations. */
const PLACE = /^config\/(?:env\/(?<env>[^/]+)\/)?(?<key>[^/.]+)\.(?:[jt]s|json)$/;

async function evaluateFile({ name, text }: BackendText, environment: Environment): Promise<Value | SyntaxProblem> {
  if (isProgram(name)) {
    const program = await parseProgram(name, text);
    return isProblem(program) ? program : evaluateProgram(program, { name, environment });
  }
  try {
    const parsed = await parseData(name, text);
    return parsed ? asValue(parsed.data, { place: name }) : unknownAt(name);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return firstProblem(name, error.message);
  }
}

/** Of an error that lists every problem, one a line, each with its place. */
function firstProblem(name: string, message: string): SyntaxProblem {
  const line = message.split('\n').find((text) => text.startsWith(name)) ?? `${name} ${message}`;
  const [place = name, ...words] = line.split(' ');
  return { place, what: words.join(' ') };
}
