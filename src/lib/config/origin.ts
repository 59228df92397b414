/** Where a value of the configuration comes from. */

/** Steps into a document: `['alerting', 'rules', 0, 'name']`. */
export type Path = readonly PropertyKey[];

export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'variable'; readonly name: string }
  /** `environment` is set when the value stands in that section of `environments`. */
  | { readonly kind: 'file'; readonly file: string; readonly line: number; readonly environment?: string };

/** The origin in few words: `default`, `PGHOST`, `/etc/…/config.json:12`. */
export function describeOrigin(origin: Origin): string {
  if (origin.kind === 'default') return 'default';
  if (origin.kind === 'variable') return `$${origin.name}`;
  const section = origin.environment === undefined ? '' : ` (${origin.environment})`;
  return `${origin.file}:${origin.line}${section}`;
}

/** A path as people write it: `alerting.rules[0].name`. */
export function formatPath(path: Path): string {
  return path.map(formatStep).join('').replace(/^\./, '');
}

/** A key may be a secret by accident, `{password:hunter2}` in YAML: only what looks like a name is shown. */
function formatStep(step: PropertyKey): string {
  if (typeof step === 'number') return `[${step}]`;
  const name = String(step);
  const shown = /^[\w-]{0,40}/.exec(name)?.[0] ?? '';
  return `.${shown}${shown === name ? '' : '…'}`;
}
