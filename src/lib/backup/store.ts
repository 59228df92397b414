/** Where backups are kept: a directory here, or a bucket elsewhere. Everything that looks at backups looks through this. */
import type { Readable } from 'node:stream';
import type { OperatorError } from '../errors.js';
import type { Manifest } from './manifest.js';

/** Something under the name of a backup that is none: its manifest cannot be read, or contradicts its name. */
export interface Damaged {
  readonly id: string;
  readonly reason: string;
}

export interface Listing {
  /** Oldest first. */
  readonly backups: readonly Manifest[];
  readonly damaged: readonly Damaged[];
}

/** A file of a backup as it lies there, before anything is read of it. */
export interface StoredFile {
  readonly sizeBytes: number;
  /** Permission bits; undefined where there is no such thing. */
  readonly mode?: number;
  /** Of the directory of the backup, likewise. */
  readonly directoryMode?: number;
}

/** Errors of all: `VOPS-FILE…` of a directory, `VOPS-REMOTE-…` of a bucket. */
export interface Store {
  /** For people: a path, or `s3://bucket/prefix`. */
  readonly label: string;
  readonly list: () => Promise<Listing>;
  /** Undefined when the file is not there. */
  readonly stat: (id: string, path: string) => Promise<StoredFile | undefined>;
  /** The bytes of a file as they are stored. */
  readonly read: (id: string, path: string) => Promise<Readable>;
  /** Changes what a manifest says, whole or not at all. Undefined when the backup is gone. */
  readonly update: (id: string, change: (manifest: Manifest) => Manifest) => Promise<Manifest | undefined>;
  /** Removes a backup so that at no moment a part of it looks whole. One that is gone already is no error. */
  readonly remove: (manifest: Pick<Manifest, 'id' | 'files'>) => Promise<void>;
  /**
   * Lends the store while nobody else changes a manifest or removes a backup; absent where that is not to be had. What is
   * removed in it is no backup from then on, and its room is free after the next `sweep`.
   */
  readonly exclusively?: <T>(use: (store: Pick<Store, 'list' | 'remove'>) => Promise<T>) => Promise<T>;
  /** What interrupted backups and removals have left, and nobody works on any more. */
  readonly interrupted?: () => Promise<readonly string[]>;
  /** Removes that. Resolves to what is gone, tells of what could not be removed. */
  readonly sweep?: (onFailure: (error: OperatorError) => void) => Promise<readonly string[]>;
}
