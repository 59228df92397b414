/** Why a bucket could not be used, in the operator's words: never a key, a signature or a path on the server. */
import type { HttpAnswer } from '../../api/http.js';
import { OperatorError } from '../../errors.js';
import { readError } from './xml.js';

export interface Place {
  readonly bucket: string;
  /** Of the endpoint, with its port. */
  readonly host: string;
}

interface Refusal {
  readonly error: OperatorError;
  readonly code?: string;
}

/** An answer that is no success, and the server's own word for it. */
export async function refusal(answer: HttpAnswer, { bucket, host }: Place): Promise<Refusal> {
  const { status, headers } = answer;
  const { code, message = '' } = await readError(answer.body.toString('utf8'));
  const words = [code, message.slice(0, LONGEST_MESSAGE)].filter(Boolean).join(': ');
  const said = `${host} answered ${status}${words && ` (${words})`}`;
  const known = code === undefined ? undefined : BY_CODE.get(code);
  const region = headers['x-amz-bucket-region'];
  const hint =
    known ?? (region ? `the bucket is in the region ${String(region)}: set backup.remote.region` : hintOf(status));
  const error = new OperatorError(kindOf(status), `${bucket}: ${said}`, { hint });
  return code === undefined ? { error } : { error, code };
}

const LONGEST_MESSAGE = 200;

const BUSY: readonly number[] = [408, 429, 500, 502, 503, 504];

const kindOf = (status: number) => {
  if (status === 401 || status === 403) return 'VOPS-REMOTE-DENIED';
  return BUSY.includes(status) ? 'VOPS-REMOTE-UNREACHABLE' : 'VOPS-REMOTE-FAILED';
};

const KEYS = 'check backup.remote.accessKeyId and secretAccessKey';
const BY_CODE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    SignatureDoesNotMatch: `${KEYS}; a proxy that changes requests has the same effect`,
    InvalidAccessKeyId: KEYS,
    RequestTimeTooSkewed: 'the clock of this host is wrong: see timedatectl',
    NoSuchBucket: 'make the bucket, or correct backup.remote.bucket',
  }),
);

function hintOf(status: number): string {
  if (status === 401 || status === 403) return `${KEYS}, and the rights of that key: list, read, write and delete`;
  if (status >= 300 && status < 400) return 'name the address it redirects to in backup.remote.endpoint';
  if (BUSY.includes(status)) return 'the service is overloaded or broken: see its log, and try again later';
  return 'check backup.remote in the configuration, and the log of the service';
}

/** The client's words are right, its codes are those of the application's API. */
export function unreachable({ code, message, hint = '' }: OperatorError): OperatorError {
  if (code === 'VOPS-CONFIG-INVALID' || !code.startsWith('VOPS-API-')) {
    return new OperatorError(code, message, { hint });
  }
  const kind = code === 'VOPS-API-UNEXPECTED' ? 'VOPS-REMOTE-FAILED' : 'VOPS-REMOTE-UNREACHABLE';
  const slow = code === 'VOPS-API-TIMEOUT' ? '; on a slow line, set a longer backup.remote.timeout' : '';
  return new OperatorError(kind, message, { hint: `${hint}${slow}` });
}

/** A success that is none. */
export const unusable = (fault: string, { host }: Place): OperatorError =>
  new OperatorError('VOPS-REMOTE-FAILED', `${host}: ${fault}`, {
    hint: 'something on the way or in the service alters what is sent: look for a proxy, then at the service',
  });
