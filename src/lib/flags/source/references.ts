/** What the text of one source file says about flags. Pure. */

export interface FoundReference {
  readonly name: string;
  readonly line: number;
}

interface FoundInText {
  /** A known flag by name: in a call, as a property, or as a text of its own, such as in a list of constants. */
  readonly known: readonly FoundReference[];
  /** A call that asks for a flag nobody knows. */
  readonly unknown: readonly FoundReference[];
  /** Lines that ask for a flag whose name only the running program knows. */
  readonly dynamicLines: readonly number[];
}

const CALL = /\b(?:isEnabled|get(?:Boolean|String|Number|Object)(?:Value|Details))(?:<[^()\n]{0,100}>)?\(\s*/.source;
/** Strapi's own features are no flags of the application: `strapi.features.isEnabled('sso')`. */
const NOT_STRAPIS = /(?<!\bfeatures\.|\bfuture\.)/.source;
const QUOTED = /(?:'([^'\\\n]+)'|"([^"\\\n]+)"|`([^`$\\\n]+)`)/.source;

/** OpenFeature's evaluations, `isEnabled('x')`, `featureFlags['x']` and `featureFlags.x`. */
const ASKS: readonly RegExp[] = [
  new RegExp(`${NOT_STRAPIS}${CALL}${QUOTED}`, 'g'),
  new RegExp(`${/\bfeatureFlags(?:\?\.)?\[\s*/.source}${QUOTED}`, 'g'),
  /\bfeatureFlags\??\.([A-Za-z_$][\w$]*)(?![\w$])(?!\s*\()/g,
];
/** The same with anything but a text; a definition of such a function is none. */
const ASKS_DYNAMICALLY: readonly RegExp[] = [
  new RegExp(`${NOT_STRAPIS}${/(?<!function\s)/.source}${CALL}${/(?:[A-Za-z_$[(]|`[^`\n]*\$\{)/.source}`, 'g'),
  /\bfeatureFlags(?:\?\.)?\[\s*[A-Za-z_$]/g,
];
/** Any text that could be a name. */
const NAME = /'([\w.:/-]{1,200})'|"([\w.:/-]{1,200})"|`([\w.:/-]{1,200})`/g;
const PROPERTY = /\b(?:featureFlags|flags)\??\.([A-Za-z_$][\w$]*)/g;

export type TextSearch = (text: string) => FoundInText;

/** @param patterns further ways to ask, with the name as their first group */
export function createTextSearch(known: ReadonlySet<string>, patterns: readonly string[]): TextSearch {
  const asks = [...ASKS, ...patterns.map((pattern) => new RegExp(pattern, 'g'))];
  return (text) => {
    const lineOf = lineCounter(text);
    const asked = namesIn(text, asks);
    const mentioned = [...namesIn(text, [NAME, PROPERTY]), ...asked].filter(({ name }) => known.has(name));
    const at = ({ name, index }: Named) => ({ name, line: lineOf(index) });
    return {
      known: distinct(mentioned.map(at)),
      unknown: distinct(asked.filter(({ name }) => !known.has(name)).map(at)),
      dynamicLines: [
        ...new Set(ASKS_DYNAMICALLY.flatMap((ask) => [...text.matchAll(ask)]).map(({ index }) => lineOf(index))),
      ],
    };
  };
}

interface Named {
  readonly name: string;
  readonly index: number;
}

/** The name is the group that took part: each kind of quotes has its own. */
function namesIn(text: string, patterns: readonly RegExp[]): Named[] {
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const name = match.slice(1).find((group) => group !== undefined);
      return name === undefined ? [] : [{ name, index: match.index + match[0].lastIndexOf(name) }];
    }),
  );
}

/** Counted from 1. */
function lineCounter(text: string): (index: number) => number {
  const ends: number[] = [];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) ends.push(end);
  return (index) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

const distinct = (references: readonly FoundReference[]): FoundReference[] => [
  ...new Map(references.map((reference) => [`${reference.line} ${reference.name}`, reference])).values(),
];
