/** Keeps secrets out of everything that leaves the program. */

export interface Redactor {
  /** From now on this value, also URL-encoded, base64 and JSON-escaped, is shown as `***`. */
  readonly add: (secret: string) => void;
  readonly text: (text: string) => string;
  /** The same over every string of plain data, keys included. */
  readonly data: <T>(data: T) => T;
}

/** Shorter values would blank out ordinary words; such a secret protects nothing anyway. */
const SHORTEST_SECRET = 4;

/** How a name ends whose value is a secret: access_token, PGPASSWORD. */
const NAMED = '(password|passwd|pwd|token|api[-_]?key|secret)';
/** A reference is none, and what is masked already keeps the fingerprint behind its mask. */
const OPEN = String.raw`(?!\*{3}|\$\{)`;

/** Secrets that need no registration: URL user info, and what is named like one in a query, as key=value, or in JSON. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/[^\s/:@]*:)[^\s/]+(?=@)/g, '$1***'], // without the scheme: its letters would make long words quadratic
  [new RegExp(String.raw`${NAMED}=${OPEN}[^\s&"']+`, 'gi'), '$1=***'],
  [new RegExp(String.raw`${NAMED}("\s*:\s*)"${OPEN}[^"\\]*(?:\\.[^"\\]*)*"?`, 'gi'), '$1$2"***"'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 ***'],
];

/** Applies `change` to every string in plain data. */
export function mapStrings<T>(data: T, change: (text: string) => string): T {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== 'object' || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), walk(item)]));
  };
  return walk(data) as T; // the shape is kept: only strings change
}

const forms = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  JSON.stringify(secret).slice(1, -1),
];

export function createRedactor(): Redactor {
  // The longest first: of one that another one begins with, the rest would be shown.
  let secrets: readonly string[] = [];
  const text = (input: string): string => {
    let output = input;
    for (const secret of secrets) output = output.replaceAll(secret, '***');
    for (const [pattern, replacement] of PATTERNS) output = output.replace(pattern, replacement);
    return output;
  };
  return {
    add(secret) {
      if (secret.length < SHORTEST_SECRET) return;
      secrets = [...new Set([...secrets, ...forms(secret)])].sort((one, other) => other.length - one.length);
    },
    text,
    data: (data) => mapStrings(data, text),
  };
}
