/** How the content of a file is stored: packed, then encrypted. The endings of its name tell how to read it again. */
import { type Duplex, pipeline, type Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import type { Program } from '../process/chain.js';
import { findProgram } from '../process/find-program.js';
import { decrypt, encrypt, type Keys } from './encryption.js';

type Transform = (input: Readable) => Promise<Readable> | Readable;

/** What content passes through on its way: programs first where they pack, transforms of ours first where they unpack. */
export interface Encoding {
  /** Such as `.zst.age`. */
  readonly endings: string;
  readonly programs: readonly Program[];
  readonly transforms: readonly Transform[];
}

type Settings = Pick<Config['backup'], 'compression' | 'encryption'>;

/** How to store what is made now. @throws OperatorError VOPS-TOOL-MISSING when zstd is asked for and not to be had. */
export async function chooseEncoding(
  { compression, encryption }: Settings,
  { env }: Pick<Context, 'env'>,
): Promise<Encoding> {
  const packing = await choosePacking(compression, env.PATH);
  if (encryption === undefined) return packing;
  const { endings, programs, transforms } = packing;
  const seal: Transform = (input) => encrypt(input, encryption.recipients);
  return { endings: `${endings}.age`, programs, transforms: [...transforms, seal] };
}

/** zstd's level 1 packs dumps as tight as its 3, and leaves more of the machine to the database. */
const ZSTD = ['-q', '-1', '-T2', '-c'];
/** gzip's default takes twice as long for a twentieth less. */
const GZIP_LEVEL = 3;

async function choosePacking(wanted: Settings['compression'], path: string | undefined): Promise<Encoding> {
  if (wanted === 'none') return { endings: '', programs: [], transforms: [] };
  const zstd = wanted === 'gzip' ? undefined : await findProgram('zstd', path);
  if (zstd) return { endings: '.zst', programs: [{ file: zstd, args: ZSTD }], transforms: [] };
  const own = wanted === 'gzip' ? undefined : nodeZstd();
  if (own) return { endings: '.zst', programs: [], transforms: [(input) => through(input, own.compress())] };
  if (wanted === 'zstd') throw zstdMissing('backup.compression is zstd, which is not in PATH');
  return {
    endings: '.gz',
    programs: [],
    transforms: [(input) => through(input, zlib.createGzip({ level: GZIP_LEVEL }))],
  };
}

/**
 * How to read a stored file again, by its name.
 * @throws OperatorError VOPS-TOOL-MISSING; of its stream: `VOPS-BACKUP-KEY`, `VOPS-TOOL-FAILED`, zlib's own.
 */
export async function encodingOf(name: string, keys: Keys, { env }: Pick<Context, 'env'>): Promise<Encoding> {
  const [, packing = '', sealing = ''] = /(\.zst|\.gz)?(\.age)?$/.exec(name) ?? [];
  const unseal: Transform[] = sealing ? [(input) => decrypt(input, keys)] : [];
  if (packing === '.gz') unseal.push((input) => through(input, zlib.createGunzip()));
  const endings = `${packing}${sealing}`;
  if (packing !== '.zst') return { endings, programs: [], transforms: unseal };
  const zstd = await findProgram('zstd', env.PATH);
  if (zstd) return { endings, programs: [{ file: zstd, args: ['-q', '-d', '-c'] }], transforms: unseal };
  const own = nodeZstd();
  if (own === undefined) throw zstdMissing(`${name} is packed by zstd, which is not in PATH`);
  return { endings, programs: [], transforms: [...unseal, (input) => through(input, own.decompress())] };
}

/** Node's own zstd, since 22.15. */
function nodeZstd() {
  const { createZstdCompress: compress, createZstdDecompress: decompress } = zlib as Partial<NodeZstd>;
  return compress && decompress ? { compress, decompress } : undefined;
}

interface NodeZstd {
  readonly createZstdCompress: () => Duplex;
  readonly createZstdDecompress: () => Duplex;
}

/** Passes a stream through another; an error of either reaches whoever reads on. */
export function through(input: Readable, transform: Duplex): Readable {
  pipeline(input, transform, () => {});
  return transform;
}

const zstdMissing = (message: string) =>
  new OperatorError('VOPS-TOOL-MISSING', message, { hint: 'apt-get install zstd, or run Node.js 22.15 or newer' });
