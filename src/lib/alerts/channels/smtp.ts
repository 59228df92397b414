/** One mail to one server, and what the server's refusal means. The only importer of nodemailer. */
import { readRegularFile } from '../../files/index.js';
import { formatDuration } from '../../measures.js';
import { oneLine } from '../message/index.js';
import type { ChannelContext, DeliveryOutcome } from './channel.js';
import type { SmtpSettings } from './email.js';
import type { MailContent } from './email-text.js';

const MAX_CA_BYTES = 1_000_000;

export interface Mail extends MailContent {
  readonly from: string;
  readonly to: string[];
}

/** Sends it within `timeoutMs`, from the name lookup to the server's last word. Throws only the reason of an abort. */
export async function sendMail(mail: Mail, smtp: SmtpSettings, context: ChannelContext): Promise<DeliveryOutcome> {
  const { timeoutMs } = context;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const transport = await open(smtp, timeoutMs);
    const signal = AbortSignal.any([context.signal, deadline]);
    const { rejected } = await transport.sendMail({ ...mail, headers: { ...mail.headers }, signal });
    if (rejected.length === 0) return { outcome: 'delivered' };
    return { outcome: 'delivered', remark: `not to ${rejected.map(String).join(', ')}: refused by ${smtp.host}` };
  } catch (error) {
    context.signal.throwIfAborted();
    if (deadline.aborted)
      return { outcome: 'passing', reason: `${at(smtp)} was not done within ${formatDuration(timeoutMs)}` };
    return judgeRefusal(error, smtp);
  }
}

async function open({ host, port, secure = port === 465, requireTls, ca, auth }: SmtpSettings, timeoutMs: number) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure,
    requireTLS: requireTls,
    // Where clear text would do, whoever could pass off a certificate could as well hide STARTTLS.
    tls:
      ca === undefined ? { rejectUnauthorized: secure || requireTls } : { ca: await readRegularFile(ca, MAX_CA_BYTES) },
    ...(auth && { auth: { user: auth.user, pass: auth.pass.reveal() } }),
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

const at = ({ host, port }: SmtpSettings): string => `${host}:${port}`;

/** The server's reply decides, by its first digit (RFC 5321, 4.2.1); without one it is the way to it that failed. */
function judgeRefusal(error: unknown, smtp: SmtpSettings): DeliveryOutcome {
  const { message, responseCode, code, command } = read(error);
  const reason = `${at(smtp)}: ${oneLine(message, 200)}`;
  // A server without STARTTLS, or somebody on the way who hides it: the mail waits.
  if (code === 'ETLS') return { outcome: 'passing', reason };
  if (responseCode >= 500) return { outcome: 'permanent', reason, about: command === 'DATA' ? 'message' : 'channel' };
  // Wrong settings, found before a word was said: no recipient, no such login method.
  const isOurs = responseCode === 0 && (code === 'EENVELOPE' || code === 'EAUTH' || code === 'ECONFIG');
  return isOurs ? { outcome: 'permanent', reason, about: 'channel' } : { outcome: 'passing', reason };
}

/** By shape: errors of Node's own modules may be of another realm. */
function read(error: unknown) {
  const { message, responseCode, code, command }: Readonly<Record<string, unknown>> = Object(error);
  return {
    message: String(message ?? error),
    responseCode: typeof responseCode === 'number' ? responseCode : 0,
    code: String(code),
    command: String(command),
  };
}
