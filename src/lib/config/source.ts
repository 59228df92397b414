/** Reads a configuration file that was named or found. */
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { OperatorError, systemCode } from '../errors.js';
import { readRegularFile } from '../files/index.js';
import type { ConfigData, ConfigDocument } from './document.js';
import { invalidJson, plainJson } from './json.js';
import { invalidConfig } from './problems.js';

/**
 * Many times what people write by hand. The worst YAML of this size takes the parser about two seconds (measured:
 * nothing but commas); it is quadratic, and a megabyte of brackets takes all memory. JSON is parsed by JSON.parse first,
 * which refuses such texts: there is room for some thousands of alert rules that a program has written.
 */
const MAX_BYTES: Readonly<Record<string, number>> = { '.json': 2_000_000, '.yaml': 131_072, '.yml': 131_072 };

const EXTENSIONS: readonly string[] = Object.keys(MAX_BYTES);

/** The text of the file. Errors: `VOPS-CONFIG-NOT-FOUND`, `VOPS-CONFIG-INVALID`. */
export async function readConfigText(file: string): Promise<string> {
  const maxBytes = MAX_BYTES[extname(file)];
  if (maxBytes === undefined) {
    const hint = 'programs (.js, .ts) are never executed; write the configuration as JSON or YAML';
    throw invalidConfig([{ place: file, key: '', what: `a configuration is a ${EXTENSIONS.join(', ')} file` }], {
      hint,
    });
  }
  const bytes = await readRegularFile(file, maxBytes).catch((error: unknown) => {
    throw asConfigError(file, error);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // drops a byte order mark
  } catch {
    throw invalidConfig([{ place: file, key: '', what: 'not UTF-8 text' }]);
  }
}

/** A file as data, and with its places for whoever needs them. */
export interface ConfigSource {
  readonly text: string;
  readonly content: ConfigData;
  /** Errors: `VOPS-CONFIG-INVALID` with every problem of the syntax. */
  readonly document: () => Promise<ConfigDocument>;
}

/** The file, parsed; a plain JSON file without the YAML parser. Errors: as `readConfigText` and `document`. */
export async function readConfig(file: string): Promise<ConfigSource> {
  const text = await readConfigText(file);
  const document = async () => (await import('./document.js')).parseConfigDocument(file, text);
  const data = extname(file) === '.json' ? plainJson(text) : undefined;
  if (data) return { text, content: { file, data }, document };
  const parsed = await document();
  return { text, content: parsed, document: async () => parsed };
}

/**
 * The data of a JSON or YAML text, of any shape; undefined for a text of another kind. Keys that reach a prototype are
 * refused. Errors: `VOPS-CONFIG-INVALID` with every problem of the syntax, and no word of the text.
 */
export async function parseData(name: string, text: string): Promise<{ readonly data: unknown } | undefined> {
  if (!EXTENSIONS.includes(extname(name))) return undefined;
  const data = extname(name) === '.json' ? plainJson(text) : undefined;
  return { data: data ?? (await import('./document.js')).parseAnyDocument(name, text) };
}

/** Whether a text of this name can be read; true for what is neither JSON nor YAML, and so none of our business. */
export async function isParsable(name: string, text: string): Promise<boolean> {
  if (extname(name) === '.json') return invalidJson(text) === undefined;
  if (!EXTENSIONS.includes(extname(name))) return true;
  try {
    (await import('./document.js')).parseConfigDocument(name, text);
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}

/** Permission bits of the file. */
export async function modeOf(file: string): Promise<number> {
  return (await stat(file)).mode & 0o777;
}

function asConfigError(file: string, error: unknown): unknown {
  if (!(error instanceof OperatorError)) return error;
  if (systemCode(error.cause) === 'ENOENT') {
    return new OperatorError('VOPS-CONFIG-NOT-FOUND', `no configuration file ${file}`, {
      hint: 'check the path after --config or in VIKTORIA_OPS_CONFIG; viktoria-ops init config writes a new one',
    });
  }
  return new OperatorError('VOPS-CONFIG-INVALID', error.message, error.hint === undefined ? {} : { hint: error.hint });
}
