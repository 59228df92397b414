/** Environment variables as a configuration file meets them: from `.env`, or unknown but for their fallback. Pure. */
import { asValue, type Value } from './value.js';

/** Variables that `.env` sets; one that it does not may still be given to the process. */
export type Environment = ReadonlyMap<string, string>;

interface Site {
  readonly environment: Environment;
  readonly place: string;
}

/** `process.env.NAME`: unknown, and said to be so, where `.env` does not set it. */
export function readVariable(name: string, { environment, place }: Site): Value {
  const value = environment.get(name);
  if (value === undefined) return { kind: 'unknown', place, variable: { name, isFallback: true } };
  return { kind: 'scalar', value, place, variable: { name, isFallback: false } };
}

/** Strapi's `env(name, fallback)`, `env.int`, `env.bool`, … : its kinds, as it converts them. */
export function callEnv(kind: string, [name, fallback]: readonly Value[], site: Site): Value {
  const { environment, place } = site;
  if (name?.kind !== 'scalar' || typeof name.value !== 'string') return { kind: 'unknown', place };
  const text = environment.get(name.value);
  const variable = { name: name.value, isFallback: text === undefined };
  if (text === undefined) return { ...(fallback ?? { kind: 'unknown' }), place, variable };
  const data = CONVERSIONS.get(kind)?.(text);
  return data === undefined ? { kind: 'unknown', place, variable } : asValue(data, { place, variable });
}

const CONVERSIONS: ReadonlyMap<string, (text: string) => unknown> = new Map(
  Object.entries({
    string: (text) => text,
    int: (text) => Number.parseInt(text, 10),
    float: (text) => Number.parseFloat(text),
    bool: (text) => text === 'true',
    json: parseJson,
    array: (text) =>
      text
        .trim()
        .replace(/^\[(.*)\]$/s, '$1')
        .split(',')
        .map((item) =>
          item
            .trim()
            .replace(/^"(.*)"$/s, '$1')
            .trim(),
        ),
  }),
);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
