/** `backup files`, carried out. */
import { Readable } from 'node:stream';
import type { Context } from '../../context.js';
import { formatBytes } from '../../measures.js';
import type { Outcome } from '../../status.js';
import { createBackup, type Written } from '../catalogue.js';
import { chooseEncoding } from '../encoding.js';
import { concludeBackup, sendFinished } from '../finish.js';
import { sizeOf } from '../manifest.js';
import type { PushContext } from '../remote/send.js';
import { type WriteOptions, writeStored } from '../stored.js';
import { ARCHIVE_NAME, CONTENTS_NAME, contentBytesOf, writeContents } from './contents.js';
import { type FilesBackup, incompleteFindings } from './report.js';
import { packTree } from './tar.js';

type ApplyContext = PushContext & Pick<Context, 'env'>;

/**
 * Makes the archive that was planned. Files that changed while they were read, or could not be read, are findings, and
 * the outcome is partial: the archive is whole all the same. Errors: those of `createBackup` and `writeStored`.
 */
export async function applyFilesBackup(
  context: ApplyContext,
  plan: Outcome<FilesBackup>,
): Promise<Outcome<FilesBackup>> {
  const { name, catalogue, root, leftOut } = plan.result;
  if (plan.result.entries === 0) return plan;
  const { backup: settings } = await context.config();
  const encoding = await chooseEncoding(settings, context);
  const options = { encoding, signal: context.signal, timeoutMs: settings.timeout };
  const notes = leftOut.map(({ path, reason }) => `${path} is not in it: ${reason}`);
  const { recipients } = settings.encryption ?? {};
  const draft = { kind: 'files', name, source: root, notes, createdAt: context.now(), recipients } as const;
  context.progress.start(PROGRESS);
  const made = await createBackup(catalogue, draft, (into) =>
    archive(plan.result, into, { ...options, onProgress: reportTo(context) }),
  );
  const { entries = 0, contentBytes = 0, incomplete = [] } = made.manifest.archive ?? {};
  const storedBytes = sizeOf(made.manifest);
  context.progress.finish(PROGRESS, `${formatBytes(storedBytes)} stored`);
  const finished = await sendFinished(context, made);
  const { copy } = finished;
  const result = { ...plan.result, path: made.path, files: [], entries, contentBytes, incomplete, storedBytes, copy };
  const others = plan.findings.filter(({ code }) => code !== 'VOPS-BACKUP-INCOMPLETE');
  const outcome = concludeBackup(result, [...others, ...incompleteFindings(incomplete)], finished);
  return incomplete.length > 0 ? { ...outcome, status: 'partial' } : outcome;
}

const PROGRESS = 'archive';

function reportTo({ progress }: Pick<Context, 'progress'>): (bytes: number) => void {
  let stored = 0;
  return (bytes) => {
    stored += bytes;
    progress.update(PROGRESS, { share: null, text: `${formatBytes(stored)} stored` });
  };
}

/** The archive first, for only then it is known what it holds. */
async function archive(plan: FilesBackup, directory: string, options: WriteOptions): Promise<Written> {
  const { stream, packed } = await packTree({ root: plan.root, entries: plan.files }, options.signal);
  const tar = await writeStored({ directory, name: ARCHIVE_NAME }, { input: stream }, options);
  const { entries, unread } = await packed;
  const list = Readable.from(writeContents(entries), { objectMode: false });
  const contents = await writeStored({ directory, name: CONTENTS_NAME }, { input: list }, options);
  const changed = entries.flatMap(({ path, incomplete: reason }) => (reason === undefined ? [] : [{ path, reason }]));
  return {
    files: [tar, contents],
    about: {
      archive: {
        root: plan.root,
        entries: entries.length,
        contentBytes: contentBytesOf(entries),
        incomplete: [...plan.incomplete, ...unread, ...changed],
      },
    },
  };
}
