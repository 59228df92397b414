/** What went wrong on the wire, in plain words: host and port, never a path, a query or a password. */
import { OperatorError, systemCode } from '../errors.js';
import { formatDuration } from '../measures.js';

/** How far a request had come. */
export type Progress = 'connecting' | 'waiting' | 'answering';

/** `host:port`, the port also where the URL leaves it out. */
function hostPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
}

const LATE: Readonly<Record<Progress, (at: string) => string>> = {
  connecting: (at) => `${at} did not take the connection`,
  waiting: (at) => `${at} took the connection but did not answer`,
  answering: (at) => `${at} did not finish its answer`,
};

/** The total deadline of a request ran out. */
export function explainTimeout(url: URL, progress: Progress, timeoutMs: number): OperatorError {
  const message = `${LATE[progress](hostPort(url))} within ${formatDuration(timeoutMs)}`;
  const hint =
    progress === 'connecting'
      ? 'check the address, and firewalls on the way'
      : 'the service is overloaded or stuck: look at its log and its load';
  return new OperatorError('VOPS-API-TIMEOUT', message, { hint });
}

interface Reason {
  readonly text: (at: string) => string;
  readonly hint: string;
}

const reason = (text: (at: string) => string, hint: string): Reason => ({ text, hint });
const noRoute = reason((at) => `no route to ${at}`, 'check the network of this host');
const dropped = reason(
  (at) => `${at} closed the connection before answering`,
  'the service may be starting, crashing or speaking another protocol: look at its log',
);
const certificate = (problem: string) =>
  reason((at) => `the TLS certificate of ${at} ${problem}`, 'renew or correct the certificate of that address');
const untrusted = reason(
  (at) => `the TLS certificate of ${at} is signed by an authority this host does not know`,
  'install the authority, or name its file in NODE_EXTRA_CA_CERTS',
);

const REASONS: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: reason(
    (at) => `${at} refused the connection: nothing listens there`,
    'start the service, or correct the address',
  ),
  ENOTFOUND: reason((at) => `the name of ${at} is unknown`, 'check the address, and the name service of this host'),
  EAI_AGAIN: reason((at) => `the name of ${at} could not be looked up`, 'check the name service of this host'),
  ECONNRESET: dropped,
  EPIPE: dropped,
  ETIMEDOUT: reason((at) => `${at} did not take the connection`, 'check the address, and firewalls on the way'),
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  CERT_HAS_EXPIRED: certificate('has expired'),
  CERT_NOT_YET_VALID: certificate('is not valid yet'),
  ERR_TLS_CERT_ALTNAME_INVALID: certificate('is made out to another name'),
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  EPROTO: reason((at) => `the TLS handshake with ${at} failed`, 'does that port speak https? try http:// instead'),
};

const cutShort = reason(
  (at) => `${at} closed the connection in the middle of its answer`,
  'look at the log of the service, and of the proxy in front of it',
);

/** The error of a request as one the operator can mend; what is a bug of ours stays as it is. */
export function explainFailure(error: unknown, url: URL, progress: Progress): unknown {
  const code = systemCode(error);
  if (error instanceof OperatorError || code === undefined) return error;
  if (code === 'ERR_INVALID_CHAR') return unsendable(error);
  if (error instanceof TypeError) return error; // Node's complaint about a wrong argument
  const at = hostPort(url);
  if (code.startsWith('HPE_')) return unexpected(`${at} sent something that is not HTTP (${code})`);
  if (progress === 'answering' && !REASONS[code] && code !== 'ERR_STREAM_PREMATURE_CLOSE') {
    return unexpected(`${at} sent a body that cannot be decoded (${code})`);
  }
  const { text, hint } = progress === 'answering' ? cutShort : (REASONS[code] ?? unnamed(code));
  return new OperatorError('VOPS-API-UNREACHABLE', text(at), { hint });
}

const unnamed = (code: string): Reason =>
  reason((at) => `the connection to ${at} failed (${code})`, 'check the address and the network of this host');

const unsendable = (cause: unknown) =>
  new OperatorError('VOPS-CONFIG-INVALID', 'a secret or header holds a character that HTTP does not allow', {
    hint: 'check app.token for line breaks and control characters',
    cause,
  });

const unexpected = (message: string) =>
  new OperatorError('VOPS-API-UNEXPECTED', message, { hint: 'check the address, and what listens on that port' });
