/** Secrets of a configuration: made known to the redactor, and found where others can read them. */
import { OperatorError } from '../errors.js';
import type { Redactor } from '../redact.js';
import type { Finding } from '../status.js';
import type { View } from './layers.js';
import { formatPath, type Origin, type Path } from './origin.js';
import { hasReference } from './references.js';
import type { ConfigSections } from './schema.js';
import { isSecret } from './secret.js';
import { modeOf } from './source.js';
import { leavesOf, valueAt } from './tree.js';

/** From here on no secret of the configuration is shown; nor is the password inside an address that is one. */
export function registerSecrets(sections: ConfigSections, redactor: Redactor): void {
  for (const { value } of leavesOf(sections, isSecret)) {
    if (!isSecret(value)) continue;
    const text = value.reveal();
    redactor.add(text);
    if (!URL.canParse(text)) continue;
    const { password } = new URL(text);
    redactor.add(password);
    redactor.add(decoded(password));
  }
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
export async function exposedSecrets(
  view: View | undefined,
  sections: ConfigSections,
  origin: (path: Path) => Origin,
): Promise<readonly Finding[]> {
  if (view === undefined) return [];
  const { file } = view.document;
  const mode = await modeOf(file);
  const inline = [...leavesOf(sections, isSecret)]
    .filter(
      ({ value, path }) => isSecret(value) && origin(path).kind === 'file' && !hasReference(valueAt(view.tree, path)),
    )
    .map(({ path }) => formatPath(path));
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
