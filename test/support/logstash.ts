/**
 * Reads a pipeline of Logstash and runs its filters on an event. Logstash itself comes from no registry of packages, so
 * this is the check that is to be had: the grammar, options that each plugin documents, and the filters json, grok, date.
 */

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };
interface Plugin {
  readonly plugin: string;
  readonly options: Readonly<Record<string, Value>>;
}
interface Branch {
  readonly condition: string;
  readonly body: readonly Statement[];
}
type Statement = Plugin | Branch;
export type Pipeline = Readonly<Record<'input' | 'filter' | 'output', readonly Statement[]>>;
export type Event = Record<string, unknown>;

/** Options that the reference of each plugin has, as far as anybody here uses them. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  file: ['path', 'type', 'start_position', 'exclude', 'sincedb_path', 'mode'],
  json: ['source', 'target', 'skip_on_invalid_json', 'tag_on_failure'],
  grok: ['match', 'overwrite', 'tag_on_failure', 'pattern_definitions', 'break_on_match'],
  date: ['match', 'target', 'timezone', 'locale', 'remove_field', 'tag_on_failure'],
  elasticsearch: ['hosts', 'index', 'manage_template', 'api_key', 'user', 'password'],
};

const TOKEN = /\s+|#.*|("[^"]*"|'[^']*')|(=>|==|[{}[\],!])|([\w.+-]+)/gy;

/** @throws Error at anything that is no pipeline. */
export function parsePipeline(text: string): Pipeline {
  const tokens = tokensOf(text);
  const sections: Record<string, readonly Statement[]> = {};
  while (tokens.length > 0) {
    const name = take(tokens);
    if (!['input', 'filter', 'output'].includes(name) || sections[name]) throw new Error(`section ${name}`);
    sections[name] = block(tokens);
  }
  const { input = [], filter = [], output = [] } = sections;
  return { input, filter, output };
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`no token: ${text.slice(at, at + 40)}`);
    const token = match[1] ?? match[2] ?? match[3];
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

function take(tokens: string[], wanted?: string): string {
  const token = tokens.shift();
  if (token === undefined || (wanted !== undefined && token !== wanted)) throw new Error(`${token}, not ${wanted}`);
  return token;
}

function block(tokens: string[]): readonly Statement[] {
  take(tokens, '{');
  const statements: Statement[] = [];
  while (tokens[0] !== '}') statements.push(tokens[0] === 'if' ? branch(tokens) : plugin(tokens));
  take(tokens, '}');
  return statements;
}

function branch(tokens: string[]): Branch {
  take(tokens, 'if');
  let condition = '';
  while (tokens[0] !== '{') condition += `${take(tokens)} `;
  return { condition: condition.trim(), body: block(tokens) };
}

function plugin(tokens: string[]): Plugin {
  const name = take(tokens);
  const options = hash(tokens);
  const unknown = Object.keys(options).filter((option) => !OPTIONS[name]?.includes(option));
  if (unknown.length > 0) throw new Error(`${name} has no ${unknown.join(', ')}`);
  return { plugin: name, options };
}

/** Settings of a plugin, and hashes: alike but for quoted keys. */
function hash(tokens: string[]): Record<string, Value> {
  take(tokens, '{');
  const entries: [string, Value][] = [];
  while (tokens[0] !== '}') {
    const key = unquoted(take(tokens));
    take(tokens, '=>');
    entries.push([key, value(tokens)]);
  }
  take(tokens, '}');
  return Object.fromEntries(entries);
}

function value(tokens: string[]): Value {
  if (tokens[0] === '{') return hash(tokens);
  if (tokens[0] === '[') return list(tokens);
  const token = take(tokens);
  if (token === 'true' || token === 'false') return token === 'true';
  if (/^-?\d+(\.\d+)?$/.test(token)) return Number(token);
  if (!/^["'\w]/.test(token)) throw new Error(`no value: ${token}`);
  return unquoted(token);
}

function list(tokens: string[]): readonly Value[] {
  take(tokens, '[');
  const values: Value[] = [];
  while (tokens[0] !== ']') {
    values.push(value(tokens));
    if (tokens[0] === ',') take(tokens);
  }
  take(tokens, ']');
  return values;
}

const unquoted = (token: string) => (/^["']/.test(token) ? token.slice(1, -1) : token);

/** The event after the filters; `@timestamp` is that of the log. */
export function filterEvent({ filter }: Pipeline, event: Event): Event {
  const result = structuredClone(event);
  run(filter, result);
  return result;
}

function run(statements: readonly Statement[], event: Event): void {
  for (const statement of statements) {
    if ('plugin' in statement) FILTERS[statement.plugin]?.(statement.options, event);
    else if (holds(statement.condition, event)) run(statement.body, event);
  }
}

function holds(condition: string, event: Event): boolean {
  const [, negation, field = '', wanted] = /^(! )?\[ (\w+) \](?: == "(.*)")?$/.exec(condition) ?? [];
  if (field === '') throw new Error(`no condition: ${condition}`);
  const isTrue = wanted === undefined ? event[field] !== undefined : event[field] === wanted;
  return negation === undefined ? isTrue : !isTrue;
}

const tag = (event: Event, tags: Value | undefined, usual: string): void => {
  const added = Array.isArray(tags) ? tags : [usual];
  if (added.length > 0) event.tags = [...(Array.isArray(event.tags) ? event.tags : []), ...added];
};

/** An option that is a text. */
function text(option: Value | undefined): string {
  if (typeof option !== 'string') throw new Error(`no text: ${JSON.stringify(option)}`);
  return option;
}

const FILTERS: Readonly<Record<string, (options: Plugin['options'], event: Event) => void>> = {
  json({ source, skip_on_invalid_json, tag_on_failure }, event) {
    try {
      Object.assign(event, JSON.parse(String(event[text(source)])));
    } catch {
      if (skip_on_invalid_json !== true) tag(event, tag_on_failure, '_jsonparsefailure');
    }
  },
  grok({ match, overwrite, tag_on_failure }, event) {
    for (const [field, pattern] of Object.entries(Object(match))) {
      const found = grok(String(pattern), String(event[field]));
      if (!found) return tag(event, tag_on_failure, '_grokparsefailure');
      for (const [path, captured] of found) {
        if (path in event && !(Array.isArray(overwrite) && overwrite.includes(path))) throw new Error(`${path} twice`);
        place(event, path, captured);
      }
    }
  },
  date({ match, remove_field, tag_on_failure }, event) {
    const [field = '', ...formats] = Array.isArray(match) ? match.map(String) : [];
    const time = event[field];
    if (typeof time !== 'string') return;
    const isoLike = time.replace(' ', 'T');
    const isKnown = /Z|[+-]\d\d:?\d\d$/.test(isoLike)
      ? formats.includes('ISO8601')
      : formats.includes('yyyy-MM-dd HH:mm:ss.SSS');
    if (!isKnown || Number.isNaN(Date.parse(isoLike))) return tag(event, tag_on_failure, '_dateparsefailure');
    event['@timestamp'] = new Date(isoLike).toISOString();
    for (const removed of Array.isArray(remove_field) ? remove_field : []) delete event[String(removed)];
  },
};

/** `[http][status]` is `status` within `http`. */
function place(event: Event, path: string, captured: unknown): void {
  const keys = path.startsWith('[') ? [...path.matchAll(/\[([^\]]+)\]/g)].map(([, key]) => String(key)) : [path];
  const last = String(keys.pop());
  let target = event;
  for (const key of keys) target = Object((target[key] ??= {}));
  target[last] = captured;
}

/** Of Logstash's patterns, those in use; without atomic groups, which JavaScript does not have. */
const PATTERNS: Readonly<Record<string, string>> = {
  WORD: '\\b\\w+\\b',
  GREEDYDATA: '.*',
  INT: '[+-]?[0-9]+',
  NUMBER: '(?<![0-9.+-])[+-]?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)',
  URIPATH: "(?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_\\-]*)+",
  URIPARAM: "\\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\\-\\[\\]<>]*",
  TIMESTAMP_ISO8601:
    '(?:\\d\\d){1,2}-(?:0?[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]|[1-9])[T ](?:2[0123]|[01]?[0-9]):?[0-5][0-9](?::?(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)?(?:Z|[+-](?:2[0123]|[01]?[0-9]):?[0-5][0-9])?',
};

/** What each `%{NAME:field:type}` of the pattern caught; undefined where it does not fit. */
function grok(pattern: string, text: string): [string, unknown][] | undefined {
  const fields: { readonly path: string; readonly type: string | undefined }[] = [];
  const source = pattern.replace(/%\{(\w+)(?::([^:}]+))?(?::(\w+))?\}/g, (_, name, path, type) => {
    if (!PATTERNS[name]) throw new Error(`no pattern ${name}`);
    if (path === undefined) return `(?:${PATTERNS[name]})`;
    fields.push({ path, type });
    return `(${PATTERNS[name]})`;
  });
  const match = new RegExp(source).exec(text);
  return match === null
    ? undefined
    : fields.flatMap(({ path, type }, index) => {
        const caught = match[index + 1];
        if (caught === undefined) return [];
        return [[path, type === 'int' || type === 'float' ? Number(caught) : caught] as [string, unknown]];
      });
}
