/**
 * The configuration in one environment, as values: ours with all its layers, and what the backend's files come to. Secrets
 * are `***`: they should differ.
 */
import { effectiveValues, loadConfig } from '../../config/index.js';
import type { Context } from '../../context.js';
import { readBackend } from '../backend/read.js';
import { isSecretName } from '../backend/secret-names.js';
import { readSettings } from '../backend/settings.js';
import { flatten } from '../backend/value.js';
import { BACKEND_VALUES, type ConfigState, OWN_VALUES } from './state.js';

export type EnvironmentContext = Pick<Context, 'config' | 'env' | 'cwd' | 'redactor'>;

/** Errors: those of a configuration that does not load in this environment. */
export async function readEnvironment(context: EnvironmentContext, name: string): Promise<ConfigState> {
  const { file } = await context.config();
  const config = await loadConfig({ ...context, flags: { config: file, env: name } });
  const read = await readBackend(config.app.root);
  const { root } = await readSettings(read.files, read.env?.values ?? new Map(), name);
  const settings = flatten(root).map(({ key: path, value }) => {
    const last =
      path
        .replace(/\[\d+\]$/, '')
        .split('.')
        .at(-1) ?? '';
    if (value.kind !== 'scalar') return [path, UNKNOWN] as const;
    return [path, isSecretName(last) ? '***' : value.value] as const;
  });
  const files = new Map([
    [OWN_VALUES, asFile(effectiveValues(config))],
    [BACKEND_VALUES, asFile(Object.fromEntries(settings))],
  ]);
  return { label: `env:${name}`, at: null, files, fingerprints: undefined, findings: read.findings };
}

const UNKNOWN = '(only running it would tell)';
const asFile = (data: unknown) => Buffer.from(JSON.stringify(data));
