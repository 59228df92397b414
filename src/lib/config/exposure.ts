/** Secrets of a configuration: made known to the redactor, and found where others can read them. */
import { OperatorError } from '../errors.js';
import { createRedactor, type Redactor } from '../redact.js';
import type { Finding } from '../status.js';
import type { GivenSections } from './check-sections.js';
import type { ConfigData } from './document.js';
import { formatPath } from './origin.js';
import { hasReference } from './references.js';
import { type Config, ConfigSections } from './schema.js';
import { secretsAt } from './schema-at.js';
import { isSecret, type Secret } from './secret.js';
import { modeOf, readConfig } from './source.js';
import { isTree, type Leaf } from './tree.js';

/** From here on no secret of the configuration is shown; nor is the password inside an address that is one. */
export function registerSecrets(sections: GivenSections, redactor: Redactor): void {
  for (const found of secretsIn(sections, [])) {
    const text = found.reveal();
    redactor.add(text);
    if (!URL.canParse(text)) continue;
    const { password } = new URL(text);
    redactor.add(password);
    redactor.add(decoded(password));
  }
}

/** All below the value, added to `found`: a list for each of a thousand rules would take longer than to look at them. */
function secretsIn(value: object, found: Secret[]): readonly Secret[] {
  for (const item of Object.values(value)) {
    if (typeof item !== 'object' || item === null) continue;
    if (isSecret(item)) found.push(item);
    else secretsIn(item, found);
  }
  return found;
}

/** A stray % in a password is no escape. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A warning for a file that holds secrets others can read, or that everybody can change.
 * Errors: `VOPS-CONFIG-UNSAFE` instead, with `security.strict`.
 */
export async function warnOfExposure(content: ConfigData, sections: ConfigSections): Promise<Finding[]> {
  const { file } = content;
  const mode = await modeOf(file);
  const inline = inlineSecrets(content).map(({ path }) => formatPath(path));
  const faults = [
    ...((mode & 0o044) !== 0 && inline.length > 0 ? [`can be read by other users and holds ${inline.join(', ')}`] : []),
    ...((mode & 0o002) !== 0 ? ['can be changed by every user'] : []),
  ];
  if (faults.length === 0) return [];
  const message = `${file} (mode ${mode.toString(8)}) ${faults.join(', and ')}`;
  const hint = `chmod 600 ${file}${inline.length > 0 ? `, or write references such as \${env:NAME} instead` : ''}`;
  if (sections.security.strict) throw new OperatorError('VOPS-CONFIG-UNSAFE', message, { hint });
  return [{ code: 'VOPS-CONFIG-UNSAFE', severity: 'warning', message, hint }];
}

/** The same for the files of private keys that it names; one that is not there is missed by whoever needs it. */
export async function warnOfExposedKeys(config: Pick<Config, 'backup' | 'security'>): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of config.backup.encryption?.identities ?? []) {
    const mode = await modeOf(file).catch(() => 0);
    if ((mode & 0o066) === 0) continue;
    const message = `${file} (mode ${mode.toString(8)}) holds a private key, and other users can get at it`;
    const hint = `chmod 600 ${file}`;
    if (config.security.strict) throw new OperatorError('VOPS-CONFIG-UNSAFE', message, { hint });
    findings.push({ code: 'VOPS-CONFIG-UNSAFE', severity: 'warning', message, hint });
  }
  return findings;
}

/** Secrets written out in the file, whatever the environment. */
function inlineSecrets({ data: { environments, ...base } }: ConfigData): Leaf[] {
  const overrides = isTree(environments) ? Object.entries(environments) : [];
  const found = [
    ...secretsAt(ConfigSections, { path: [], value: base }),
    ...overrides.flatMap(([name, value]) => secretsAt(ConfigSections, { path: ['environments', name], value })),
  ];
  return found.filter(({ value }) => !hasReference(value));
}

/** A file's text without its secrets, for a copy that others may come to see. */
export interface MaskedText {
  readonly text: string;
  /** What was replaced by `***`: each key, and the value that stands there. */
  readonly masked: readonly { readonly key: string; readonly value: string }[];
}

/** Reads a configuration file with every inline secret, and the password in any address, replaced by `***`. */
export async function readMasked(file: string): Promise<MaskedText> {
  const source = await readConfig(file);
  const secrets = inlineSecrets(source.content);
  const values = new Set(secrets.map(({ value }) => value));
  const text = values.size === 0 ? source.text : (await source.document()).replaceScalars(values, '"***"');
  // A redactor that knows no secrets still masks those that show by their form.
  return { text: createRedactor().text(text), masked: secrets.map(maskedOf) };
}

const maskedOf = ({ path, value }: Leaf) => ({ key: formatPath(path), value: String(value) });
