// Neither archiver 8 nor tar-stream 3 comes with types: what we use of them.
declare module 'archiver' {
  import type { Readable, Transform } from 'node:stream';

  interface TarEntry {
    readonly name: string;
    readonly type: 'file' | 'directory' | 'symlink';
    readonly linkname?: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly date: Date;
    /** With it a stream is not collected in memory first. */
    readonly stats?: { readonly size: number };
    readonly pax?: Readonly<Record<string, string>>;
  }
  export class TarArchive extends Transform {
    append(source: Buffer | Readable, entry: TarEntry): this;
    finalize(): Promise<void>;
  }
}

declare module 'tar-stream' {
  import type { Readable, Writable } from 'node:stream';

  export interface Header {
    readonly name: string;
    readonly type: string | null;
    readonly size?: number;
    readonly linkname?: string | null;
    readonly mode?: number;
    readonly uid?: number;
    readonly gid?: number;
    readonly mtime?: Date;
    readonly pax?: Readonly<Record<string, string>> | null;
  }
  interface Extract extends Writable {
    [Symbol.asyncIterator](): AsyncIterableIterator<AsyncIterable<Buffer> & { readonly header: Header }>;
  }
  interface Pack extends Readable {
    entry(header: Header, content?: string | Buffer, done?: (error?: Error | null) => void): Writable;
    finalize(): void;
  }
  const archives: { extract(): Extract; pack(): Pack };
  export default archives;
}
