/** What is remembered from one analysis of a directory to the next: how far each log was read, and which messages are known. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { systemCode } from '../../errors.js';
import { readRegularFile, writeFileAtomic } from '../../files/index.js';
import { Checkpoint } from './checkpoint.js';
import type { MessageGroup } from './result.js';

const Memory = z.object({
  version: z.literal(1),
  directory: z.string(),
  /** When messages were first remembered: what came before is not known to be new or old. */
  since: z.string(),
  /** The incremental analysis before; undefined when there was none. */
  lastIncrementAt: z.string().optional(),
  checkpoints: z.array(Checkpoint),
  /** Archives read to their end: digests of how they begin, and their sizes. */
  archives: z.array(z.object({ digest: z.string(), sizeBytes: z.number(), seenAt: z.string() })),
  /** Digests of level and template. */
  templates: z.record(z.string(), z.object({ firstSeen: z.string(), lastSeen: z.string() })),
});
export type Memory = z.output<typeof Memory>;

/** Far more than anything remembered takes. */
const MAX_BYTES = 64 * 2 ** 20;
const MAX_TEMPLATES = 5_000;
const MAX_CHECKPOINTS = 2_000;

/** The memory of a directory; undefined for the first time, and for a memory that cannot be read any more. */
export async function loadMemory(stateDirectory: string, directory: string): Promise<Memory | undefined> {
  try {
    const text = await readRegularFile(pathOf(stateDirectory, directory), MAX_BYTES);
    return Memory.safeParse(JSON.parse(text.toString('utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return undefined;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && systemCode(error.cause) === 'ENOENT';

export const emptyMemory = (directory: string, now: Date): Memory => ({
  version: 1,
  directory,
  since: now.toISOString(),
  checkpoints: [],
  archives: [],
  templates: {},
});

/** Keeps the memory, of what there is too much the newest. Errors: `VOPS-DISK-FULL`, `VOPS-FILE`. */
export async function saveMemory(stateDirectory: string, memory: Memory): Promise<void> {
  const bounded: Memory = {
    ...memory,
    checkpoints: newest(memory.checkpoints, ({ seenAt }) => seenAt, MAX_CHECKPOINTS),
    archives: newest(memory.archives, ({ seenAt }) => seenAt, MAX_CHECKPOINTS),
    templates: Object.fromEntries(
      newest(Object.entries(memory.templates), ([, { lastSeen }]) => lastSeen, MAX_TEMPLATES),
    ),
  };
  await writeFileAtomic(pathOf(stateDirectory, memory.directory), JSON.stringify(bounded));
}

/** The memory after a run that has seen these messages; `read` is how far an increment has come. */
export function rememberRun(
  memory: Memory,
  groups: readonly MessageGroup[],
  { now, read }: { readonly now: Date; readonly read: Pick<Memory, 'checkpoints' | 'archives'> | undefined },
): Memory {
  const at = now.toISOString();
  const templates = { ...memory.templates };
  for (const { level, template, firstSeen, lastSeen } of groups) {
    const key = templateKey(level, template);
    const known = templates[key];
    templates[key] = {
      firstSeen: [known?.firstSeen ?? at, firstSeen ?? at].sort()[0] ?? at,
      lastSeen: [known?.lastSeen ?? '', lastSeen ?? at].sort()[1] ?? at,
    };
  }
  return { ...memory, templates, ...(read && { ...read, lastIncrementAt: at }) };
}

function newest<T>(items: readonly T[], timeOf: (item: T) => string, count: number): T[] {
  return items.length <= count
    ? [...items]
    : [...items].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1)).slice(0, count);
}

export const templateKey = (level: string, template: string): string => digest(`${level} ${template}`);

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const pathOf = (stateDirectory: string, directory: string): string =>
  join(stateDirectory, `logs-${digest(directory)}.json`);
