/** The configuration as it is on this host: of the installation, or of any directory. */
import { join } from 'node:path';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import { isDirectory } from '../directory.js';
import { fingerprintsOf, readKey } from '../fingerprints.js';
import { type Content, filesBelow, findSources, readSource, type Source, unreadable } from '../sources.js';
import type { ConfigState } from './state.js';

type LiveContext = Pick<Context, 'config' | 'now'>;

/** What a snapshot made now would hold. */
export async function readNow(context: LiveContext): Promise<ConfigState> {
  const found = await findSources(await context.config());
  return readAll(context, { label: 'now', at: context.now().toISOString() }, found);
}

/** A backend's root, or a directory of configuration files. Errors: `VOPS-FILE`. */
export async function readDirectory(context: LiveContext, path: string): Promise<ConfigState> {
  const findings: Finding[] = [];
  const found: [Source[], Finding[]] = (await isDirectory(join(path, 'config')))
    ? await findSources({ file: undefined, app: { root: path } })
    : [await filesBelow(path, 'backend/config', findings), findings];
  return readAll(context, { label: path, at: null, isBackendOnly: true }, found);
}

async function readAll(
  context: LiveContext,
  about: Pick<ConfigState, 'label' | 'at' | 'isBackendOnly'>,
  [sources, findings]: [Source[], Finding[]],
): Promise<ConfigState> {
  const files = new Map<string, Buffer | null>();
  const secrets = new Map<string, Content['secrets']>();
  for (const source of sources) {
    const content = await readOne(source, findings);
    files.set(source.path, content ? Buffer.from(content.data) : null);
    if (content && content.secrets.size > 0) secrets.set(source.path, content.secrets);
  }
  return { ...about, files, fingerprints: fingerprintsOf(secrets, await readKey(context)), findings };
}

async function readOne(source: Source, findings: Finding[]): Promise<Content | undefined> {
  try {
    return await readSource(source);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    findings.push(unreadable(error));
    return undefined;
  }
}
