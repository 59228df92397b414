/** The logs of a directory that are followed: by content, until nobody writes to them under any name. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { systemCode } from '../../errors.js';
import type { HeldDirectory } from '../../files/index.js';
import { isArchive, type LogFile, listLogs } from '../analyze/files.js';
import { FollowedFile } from './followed-file.js';

/** Lines of one file, in their order. */
export interface Written {
  readonly file: FollowedFile;
  readonly lines: readonly string[];
}

interface Followed {
  readonly file: FollowedFile;
  /** Since when it has not had its name, and nothing was written; undefined while it has it. */
  quietSince: number | undefined;
}

/** A writer that has been told to reopen its log does it within this. */
const QUIET_MS = 10_000;

export class Followers {
  private readonly directory: HeldDirectory;
  private readonly logs: RegExp;
  private readonly followed = new Map<string, Followed>();
  private readonly unreadable = new Set<string>();
  private readonly onUnreadable: (name: string, error: unknown) => void;

  /** @param onUnreadable is told once of each log that cannot be opened: the others are followed all the same */
  constructor(directory: HeldDirectory, logs: RegExp, onUnreadable: Followers['onUnreadable']) {
    this.directory = directory;
    this.logs = logs;
    this.onUnreadable = onUnreadable;
  }

  /** Begins to follow what there is, each from its end, and returns what stands before that: enough of each. */
  async begin(isEnough: (written: Written) => boolean): Promise<Written[]> {
    const written: Written[] = [];
    for (const log of (await this.list()).filter(isWritten)) {
      const file = await this.follow(log);
      if (file) written.push({ file, lines: await file.readLast((lines) => isEnough({ file, lines })) });
    }
    return written;
  }

  /** What was written since, of renamed files first: the new ones go on where these ended. `now` in ms. */
  async poll(now: number): Promise<Written[]> {
    const listed = await this.list();
    const written: Written[] = [];
    for (const [identity, followed] of this.followed) {
      const lines = await this.readOn(followed.file);
      const hasName = listed.some((log) => log.identity === identity && isWritten(log));
      if (hasName || lines.length > 0) followed.quietSince = hasName ? undefined : now;
      followed.quietSince ??= hasName ? undefined : now;
      if (followed.quietSince !== undefined && now - followed.quietSince > QUIET_MS) {
        lines.push(...(await this.leave(identity, followed)));
      }
      written.push({ file: followed.file, lines });
    }
    for (const log of listed.filter((log) => isWritten(log) && !this.followed.has(log.identity))) {
      const file = await this.follow(log);
      if (file) written.push({ file, lines: await this.readOn(file) });
    }
    return written;
  }

  /** Last lines without an end. */
  rest(): Written[] {
    return [...this.followed.values()].map(({ file }) => ({ file, lines: file.rest() }));
  }

  async close(): Promise<void> {
    for (const { file } of this.followed.values()) await file.close();
    this.followed.clear();
  }

  private list(): Promise<LogFile[]> {
    return listLogs(this.directory, this.logs);
  }

  private async follow({ name, identity }: LogFile): Promise<FollowedFile | undefined> {
    const handle = await this.open(name);
    if (handle === undefined) return undefined;
    const file = new FollowedFile({ name, identity }, handle);
    this.followed.set(identity, { file, quietSince: undefined });
    return file;
  }

  private async leave(identity: string, { file }: Followed): Promise<string[]> {
    this.followed.delete(identity);
    await file.close();
    return file.rest();
  }

  /** What was cut off before we had read it stands in the copy that was made of it. */
  private async readOn(file: FollowedFile): Promise<string[]> {
    const lines = await file.read();
    if (lines !== 'truncated') return lines;
    const copied = await this.restFromCopy(file);
    file.restart();
    const anew = await file.read();
    return [...copied, ...(anew === 'truncated' ? [] : anew)];
  }

  /** Copies are listed now, for the last one may be younger than what we know. */
  private async restFromCopy(file: FollowedFile): Promise<string[]> {
    const copies = (await this.list()).filter((log) => log.isRotated && !isArchive(log));
    for (const { name } of copies.reverse()) {
      const copy = await this.open(name);
      try {
        const lines = copy && (await file.readFromCopy(copy));
        if (lines) return lines;
      } finally {
        await copy?.close();
      }
    }
    return [];
  }

  /** Undefined for what has gone or cannot be opened. Never follows a link, never waits for the other end of a FIFO. */
  private async open(name: string): Promise<FileHandle | undefined> {
    try {
      return await open(this.directory.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || this.unreadable.has(name)) return undefined;
      this.unreadable.add(name);
      this.onUnreadable(name, error);
      return undefined;
    }
  }
}

/** Written to, by its name. */
const isWritten = (log: LogFile): boolean => !log.isRotated && !isArchive(log);
