/** `docs update`: the handbook written anew around what people wrote in it. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Config } from '../config/index.js';
import { OperatorError, systemCode } from '../errors.js';
import { ensurePrivateDirectory, readRegularFile, writeFileAtomic } from '../files/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { commandOf } from './command-line.js';
import { differenceOf } from './difference.js';
import { type ReadHandbook, readMarkdown, writeMarkdown } from './markdown.js';
import { type Memory, readMemory, writeMemory } from './memory.js';
import { writePage } from './page.js';
import type { DocsContext, Schedule } from './section.js';
import { type Writing, writeSections } from './write-sections.js';

export const DocsFlags = z.object({
  file: z.string().min(1).regex(/\.md$/, 'expected a name that ends in .md').optional(),
  check: z.boolean().default(false),
  overwrite: z.boolean().default(false),
});
export type DocsFlags = z.output<typeof DocsFlags>;

export const DocsUpdate = z.object({
  file: z.string(),
  htmlFile: z.string(),
  /** `outdated`: it would be written, or with --check should be. */
  state: z.enum(['current', 'outdated', 'written']),
  /** When what is generated last changed. */
  asOf: z.iso.datetime(),
  sections: z.array(z.object({ id: z.string(), title: z.string(), state: z.enum(['known', 'last-known', 'unknown']) })),
  /** Regions with text of people. */
  kept: z.array(z.string()),
  /** Lines that change, as `diff` shows them. */
  difference: z.array(z.string()),
});
export type DocsUpdate = z.output<typeof DocsUpdate>;

/** What would be written, beside what is told of it. */
export interface Draft extends Outcome<DocsUpdate> {
  readonly markdown: string;
  readonly page: string;
  readonly memory: Memory;
}

/**
 * Writes the handbook in memory. Errors: `VOPS-DOCS-MARKERS`, `VOPS-DOCS-EDITED` where text of people could get lost;
 * `VOPS-FILE`.
 */
export async function planUpdate(context: DocsContext, flags: DocsFlags, schedule: Schedule): Promise<Draft> {
  const config = await context.config();
  const file =
    flags.file === undefined ? join(config.docs.directory, handbookOf(config)) : resolve(context.cwd, flags.file);
  const htmlFile = file.replace(/\.md$/, '.html');
  const before = await readText(file);
  const old = before === undefined ? undefined : readExisting(file, before, flags);
  const memory = await readMemory(config);
  const writing = await writeSections({ context, config, schedule, command: commandOf(config) }, memory);
  const kept = old?.kept ?? new Map<string, string>();
  const { asOf, markdown } = dated({ writing, kept, old, before, now: context.now() });
  const page = writePage({ sections: writing.sections, kept, asOf });
  const isCurrent = markdown === before && page === (await readText(htmlFile));
  const result: DocsUpdate = {
    file,
    htmlFile,
    state: isCurrent ? 'current' : 'outdated',
    asOf,
    sections: writing.sections.map(({ id, title, state }) => ({ id, title, state })),
    kept: [...kept].flatMap(([name, text]) => (text.trim() === '' ? [] : [name])),
    difference: await differenceOf(before ?? '', markdown),
  };
  const outcome = conclude(result, [...writing.findings, ...(flags.check ? outdated(result) : [])]);
  return { ...outcome, markdown, page, memory: writing.memory };
}

/** Writes what was planned, and nothing where nothing changed. Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`. */
export async function applyUpdate(
  context: DocsContext,
  { markdown, page, memory, ...planned }: Draft,
  { check, file: chosen }: DocsFlags,
): Promise<Outcome<DocsUpdate>> {
  if (check) return planned;
  const { file, htmlFile, state } = planned.result;
  await context.state();
  await writeMemory(await context.config(), memory);
  if (state === 'current') return planned;
  if (chosen === undefined) await ensurePrivateDirectory((await context.config()).docs.directory);
  // The page first: should the second fail, the next run still finds the Markdown outdated.
  await writeFileAtomic(htmlFile, page, await rightsOf(htmlFile));
  await writeFileAtomic(file, markdown, await rightsOf(file));
  return { ...planned, result: { ...planned.result, state: 'written' } };
}

/** Whoever was let read it still may. */
const rightsOf = (file: string) =>
  stat(file).then(
    ({ mode, uid, gid }) => ({ mode: mode & 0o777, owner: { uid, gid } }),
    () => ({ mode: 0o600 }),
  );

/** One for each environment: whoever restores by it at night must not do so with the commands of another. */
const handbookOf = ({ environment }: Pick<Config, 'environment'>): string =>
  environment === 'default' ? 'operations-handbook.md' : `operations-handbook-${environment}.md`;
/** Hundreds of times what a handbook is. */
const MAX_BYTES = 20_000_000;

async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readRegularFile(file, MAX_BYTES)).toString('utf8');
  } catch (error) {
    if (error instanceof OperatorError && systemCode(error.cause) === 'ENOENT') return undefined;
    throw error;
  }
}

function readExisting(file: string, before: string, { overwrite }: DocsFlags): ReadHandbook {
  const old = readMarkdown(file, before);
  if (old.isSealed || overwrite) return old;
  throw new OperatorError('VOPS-DOCS-EDITED', `${file} has text that is not ours outside its keep regions`, {
    hint: 'move it into a region below its section, undo the rest, or let it go with --overwrite; nothing was written',
  });
}

interface Dating {
  readonly writing: Writing;
  readonly kept: ReadHandbook['kept'];
  readonly old: ReadHandbook | undefined;
  readonly before: string | undefined;
  readonly now: Date;
}

/** The date changes only with what is generated: the same installation gives the same bytes. */
function dated({ writing: { sections }, kept, old, before, now }: Dating): { asOf: string; markdown: string } {
  const write = (asOf: string) => ({ asOf, markdown: writeMarkdown({ sections, kept, asOf }) });
  const same = old?.asOf ? write(old.asOf) : undefined;
  return same && same.markdown === before?.replaceAll('\r\n', '\n') ? same : write(now.toISOString());
}

/** What could not be looked at has a finding of its own: then there is no verdict. */
const outdated = ({ state, file, sections }: DocsUpdate): Finding[] =>
  state === 'current' || sections.some((section) => section.state !== 'known')
    ? []
    : [
        {
          code: 'VOPS-DOCS-OUTDATED',
          severity: 'error',
          message: `${file} is not what this installation is`,
          hint: 'see what changed with --dry-run, then: viktoria-ops docs update',
        },
      ];
