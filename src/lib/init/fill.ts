/** Fills the files under `templates/`, and writes values the way their readers take them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '../errors.js';
import { fileError } from '../files/index.js';
import { packageRoot } from '../package.js';

/**
 * The text of a file under `templates/` with every `{{name}}` replaced; values come quoted for the file's language.
 * Errors: `VOPS-FILE` when it cannot be read. A name without a value is a bug of ours.
 */
export async function fill(file: string, values: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = join(packageRoot(), 'templates', file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${file} asks for ${name}, which nobody gives`);
    return value;
  });
}

/** In double quotes, for a language without escapes: cron's variables, logrotate, Logstash. */
export function quoted(value: string): string {
  refuse(value, /["\p{Cc}]/u);
  return `"${value}"`;
}

/** As a string of JSON, which YAML and JavaScript read, too. */
export const json = (value: string): string => JSON.stringify(value);

/** An address as it may be shown to others: without a user and a password, which some put into it. */
export const publicAddress = (url: string): string => url.replace(/^(https?:\/\/)[^/?#]*@/, '$1');

/** A word of a unit file: systemd.syntax(7), with `%` as what it is. */
export function unitWord(value: string): string {
  refuse(value, /\p{Cc}/u);
  return `"${value.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`;
}

function refuse(value: string, unsayable: RegExp): void {
  if (!unsayable.test(value)) return;
  throw new OperatorError('VOPS-CONFIG-INVALID', `${JSON.stringify(value)} cannot be written into this kind of file`, {
    hint: 'take a path without quotes and control characters',
  });
}
