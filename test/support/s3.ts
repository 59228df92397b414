/** A bucket of a real S3-compatible server, and in front of it a line that breaks as we tell it to. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { temporaryDirectory } from './run.js';

interface Seen {
  readonly method: string;
  /** Below the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** Of the answer; 0 as long as there is none. */
  status: number;
}

export interface Fault {
  /** Which requests; default: all. */
  readonly on?: (request: Pick<Seen, 'method' | 'key' | 'query'>) => boolean;
  /** How many of them; default: all. */
  readonly times?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Breaks the connection after so many bytes of the request, or of the answer. */
  readonly resetUploadAt?: number;
  readonly resetDownloadAt?: number;
  /** Changes the byte at this place. */
  readonly corruptUploadAt?: number;
  readonly corruptDownloadAt?: number;
  /** Takes the request and never answers. */
  readonly isSilent?: boolean;
  /** Waits this long before every piece of the answer. */
  readonly delayMs?: number;
  /** Called before anything else is done. */
  readonly hook?: () => void;
}

export interface S3 {
  readonly settings: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly prefix: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Of the server: objects can be planted and damaged there. */
  readonly directory: string;
  readonly seen: Seen[];
  readonly fail: (...faults: Fault[]) => void;
  readonly heal: () => void;
  /** Nothing listens any more, until `open`. */
  readonly refuse: () => Promise<void>;
  readonly open: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const CREDENTIALS = { accessKeyId: 'CANARYKEY20260101', secretAccessKey: 'canary/secret+of=the bucket' };

export interface S3Options {
  /** As Amazon's: it lists parts and uploads, and names an object of parts by their checksums. s3rver does neither. */
  readonly listsParts?: boolean;
}

export async function startS3({ listsParts = false }: S3Options = {}): Promise<S3> {
  allowCredentials();
  const directory = temporaryDirectory();
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: 'backups' }],
  });
  const { port } = await server.run();
  const seen: Seen[] = [];
  let faults: { readonly fault: Fault; left: number }[] = [];
  const parts = listsParts ? new PartLists() : undefined;
  const take = (asked: Pick<Seen, 'method' | 'key' | 'query'>): Fault => {
    const found = faults.find(({ fault, left }) => left > 0 && (fault.on?.(asked) ?? true));
    if (!found) return {};
    found.left--;
    return found.fault;
  };
  const proxy = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '', 'http://proxy');
    const key = decodeURIComponent(url.pathname.replace(/^\/[^/]+\/?/, ''));
    const asked = { method: incoming.method ?? '', key, query: url.searchParams };
    const record = { ...asked, status: 0 };
    seen.push(record);
    response.on('close', () => {
      if (response.headersSent) record.status = response.statusCode;
    });
    incoming.on('error', () => {});
    void relay({ incoming, response, port, fault: take(asked), asked, parts }).catch(() => response.destroy());
  });
  const open = (wanted: number) => new Promise<void>((resolve) => proxy.listen(wanted, '127.0.0.1', () => resolve()));
  await open(0);
  const own = (proxy.address() as AddressInfo).port;
  return {
    settings: { endpoint: `http://127.0.0.1:${own}`, bucket: 'backups', prefix: 'vik toria/+prod', ...CREDENTIALS },
    directory: join(directory, 'backups'),
    seen,
    fail: (...wanted) =>
      faults.push(...wanted.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }))),
    heal: () => {
      faults = [];
    },
    refuse: () => shut(proxy),
    open: () => open(own),
    close: async () => {
      await shut(proxy);
      await shut(server.httpServer);
    },
  };
}

async function shut(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** The server knows one pair of keys by itself, and both of its halves are the same. */
function allowCredentials(): void {
  const account = createRequire(import.meta.url)('@20minutes/s3rver/lib/models/account.js');
  account.DUMMY_ACCOUNT.createKeyPair(CREDENTIALS.accessKeyId, CREDENTIALS.secretAccessKey);
}

interface Relay {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly port: number;
  readonly fault: Fault;
  readonly asked: Pick<Seen, 'method' | 'key' | 'query'>;
  readonly parts: PartLists | undefined;
}

async function relay({ incoming, response, port, fault, asked, parts }: Relay): Promise<void> {
  fault.hook?.();
  const body = await bodyOf(incoming, fault);
  if (fault.isSilent) return;
  if (fault.status !== undefined) {
    response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
    return;
  }
  const own = parts?.answer(asked, body);
  if (own !== undefined) {
    response.writeHead(own.status, { 'content-type': 'application/xml' }).end(own.body);
    return;
  }
  const answer = await ask(incoming, port, body);
  const headers = { ...answer.headers, ...parts?.headersOf(asked, answer) };
  response.writeHead(answer.statusCode ?? 500, headers);
  let [sent, text] = [0, ''];
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (asked.query.has('uploads')) text += chunk;
    if (fault.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault.resetDownloadAt !== undefined && sent + chunk.length > fault.resetDownloadAt) {
      response.write(chunk.subarray(0, fault.resetDownloadAt - sent));
      setImmediate(() => response.destroy());
      return;
    }
    response.write(corrupted(chunk, sent, fault.corruptDownloadAt));
    sent += chunk.length;
  }
  parts?.begin(/<UploadId>(.*)<\/UploadId>/.exec(text)?.[1], asked.key);
  response.end();
}

async function bodyOf(incoming: IncomingMessage, fault: Fault): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(corrupted(chunk, received, fault.corruptUploadAt));
    received += chunk.length;
    if (fault.resetUploadAt !== undefined && received > fault.resetUploadAt) incoming.socket.destroy();
  }
  return Buffer.concat(chunks);
}

function corrupted(chunk: Buffer, before: number, place: number | undefined): Buffer {
  if (place === undefined || place < before || place >= before + chunk.length) return chunk;
  const copy = Buffer.from(chunk);
  copy[place - before] = (copy[place - before] ?? 0) ^ 1;
  return copy;
}

async function ask({ method, url, headers }: IncomingMessage, port: number, body: Buffer): Promise<IncomingMessage> {
  const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false });
  outgoing.end(body);
  const [answer] = await once(outgoing, 'response');
  return answer as IncomingMessage;
}

/** What Amazon's server knows of uploads in parts. */
class PartLists {
  private readonly uploads = new Map<string, { readonly key: string; readonly parts: Map<number, string> }>();
  private readonly tags = new Map<string, string>();

  answer({ method, key, query }: Relay['asked'], body: Buffer): { status: number; body: string } | undefined {
    const id = query.get('uploadId');
    if (method === 'GET' && query.has('uploads')) return { status: 200, body: this.listOfUploads(query.get('prefix')) };
    if (id === null) return undefined;
    const upload = this.uploads.get(id);
    if (upload?.key !== key) return { status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>' };
    if (method === 'PUT')
      upload.parts.set(Number(query.get('partNumber')), createHash('md5').update(body).digest('hex'));
    if (method === 'DELETE') {
      this.uploads.delete(id);
      return { status: 204, body: '' };
    }
    if (method === 'POST') {
      const all = [...upload.parts].sort(([a], [b]) => a - b).map(([, md5]) => md5);
      const tag = createHash('md5')
        .update(Buffer.from(all.join(''), 'hex'))
        .digest('hex');
      this.tags.set(key, `"${tag}-${all.length}"`);
      this.uploads.delete(id);
    }
    return method === 'GET' ? { status: 200, body: listOfParts(upload.parts, query) } : undefined;
  }

  headersOf({ method, key, query }: Relay['asked'], { statusCode }: IncomingMessage): { etag?: string } {
    if (method === 'PUT' && !query.has('uploadId')) this.tags.delete(key);
    const etag = statusCode === 200 && method === 'HEAD' ? this.tags.get(key) : undefined;
    return etag === undefined ? {} : { etag };
  }

  begin(id: string | undefined, key: string): void {
    if (id !== undefined) this.uploads.set(id, { key, parts: new Map() });
  }

  private listOfUploads(prefix: string | null): string {
    const entries = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix ?? ''));
    return `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${entries
      .map(
        ([id, { key }]) =>
          `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>2020-01-01T00:00:00.000Z</Initiated></Upload>`,
      )
      .join('')}</ListMultipartUploadsResult>`;
  }
}

/** Two at a time, so that the pages are turned. */
function listOfParts(parts: ReadonlyMap<number, string>, query: URLSearchParams): string {
  const after = Number(query.get('part-number-marker') ?? 0);
  const rest = [...parts].sort(([a], [b]) => a - b).filter(([number]) => number > after);
  const page = rest.slice(0, 2);
  return `<ListPartsResult><IsTruncated>${rest.length > 2}</IsTruncated><NextPartNumberMarker>${page.at(-1)?.[0] ?? 0}</NextPartNumberMarker>${page
    .map(
      ([number, md5]) => `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${md5}&quot;</ETag><Size>1</Size></Part>`,
    )
    .join('')}</ListPartsResult>`;
}
