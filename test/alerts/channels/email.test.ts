/** Mail against a real SMTP server: TLS, logins, refusals, greylisting, values that try to become headers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { callbackify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type ParsedMail, simpleParser } from 'mailparser';
import { generate } from 'selfsigned';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import * as email from '../../../src/lib/alerts/channels/email.js';
import type { AlertEvent } from '../../../src/lib/alerts/event.js';
import { composeMessage, toItems } from '../../../src/lib/alerts/message/index.js';
import { alertEvent, channelContext } from '../../support/delivery.js';
import { serveRaw } from '../../support/stub-server.js';

let directory: string;
let ca: string;
let certificate: { readonly key: string; readonly cert: string };
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vo-mail-'));
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  certificate = { key: made.private, cert: made.cert };
  ca = join(directory, 'ca.pem');
  await writeFile(ca, made.cert);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const servers: SMTPServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(resolve))));
});

interface Got {
  readonly mail: ParsedMail;
  readonly raw: string;
  readonly recipients: readonly string[];
  readonly isSecure: boolean;
  readonly user: unknown;
}

async function startServer(options: SMTPServerOptions = {}) {
  const got: Got[] = [];
  const take = callbackify(async (stream: SMTPServerDataStream, session: SMTPServerSession) => {
    const raw = await text(stream);
    const recipients = session.envelope.rcptTo.map(({ address }) => address);
    got.push({ mail: await simpleParser(raw), raw, recipients, isSecure: session.secure, user: session.user });
  });
  const server = new SMTPServer({
    ...certificate,
    authOptional: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, done) =>
      password === 's3cr3t' ? done(null, { user: username }) : done(new Error('Invalid username or password')),
    onData: (stream, session, done) => take(stream, session, done),
    ...options,
  });
  server.on('error', () => undefined); // the client's complaints about the certificate are what is tested
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { port: (server.server.address() as AddressInfo).port, got };
}

const AUTH = { user: 'alerts@viktoria-wertheim.de', pass: 's3cr3t' };
const RECIPIENTS = ['admin@viktoria-wertheim.de', 'dev-team@viktoria-wertheim.de'];

function send(port: number, smtp: object = {}, events: readonly Partial<AlertEvent>[] = [{}], timeoutMs = 4_000) {
  const settings = email.settings.parse({
    smtp: { host: 'localhost', port, secure: false, ca, auth: AUTH, ...smtp },
    recipients: RECIPIENTS,
  });
  const message = composeMessage(toItems(events.map((event) => alertEvent(event))));
  return email.deliver(message, settings, channelContext({ timeoutMs }).context);
}

test('the guide’s shape: STARTTLS, login, both recipients, text and HTML, a Message-ID from the events', async () => {
  const { port, got } = await startServer();
  expect(await send(port)).toEqual({ outcome: 'delivered' });
  expect(await send(port)).toEqual({ outcome: 'delivered' });
  const [first, second] = got;
  expect(first).toMatchObject({ isSecure: true, user: AUTH.user, recipients: RECIPIENTS });
  expect(first?.mail.subject).toBe('[WARNING] slow-hooks · production · web-1');
  expect(first?.mail.from?.text).toBe(AUTH.user);
  expect(first?.mail.messageId).toMatch(/^<slow-hooks-1-firing-[0-9a-f]{12}@viktoria-wertheim\.de>$/);
  expect(second?.mail.messageId).toBe(first?.mail.messageId);
  expect(first?.mail.text).toContain('viktoria-ops alerts silence slow-hooks --for 2h');
  expect(first?.mail.html).toContain('hooks.averageExecutionTime &#62; 500');
  expect(first?.mail.headers.get('auto-submitted')).toBe('auto-generated');
  expect(first?.mail.date?.toISOString()).toBe('2026-11-25T10:10:00.000Z');
});

test('TLS from the first byte', async () => {
  const { port, got } = await startServer({ secure: true });
  expect(await send(port, { secure: true })).toEqual({ outcome: 'delivered' });
  expect(got[0]?.isSecure).toBe(true);
});

test('begin and end of an alert are one thread', async () => {
  const { port, got } = await startServer();
  await send(port);
  await send(port, {}, [{ kind: 'resolved' }]);
  expect(got.map(({ mail }) => mail.references)).toEqual(Array(2).fill('<slow-hooks-1@viktoria-wertheim.de>'));
  expect(new Set(got.map(({ mail }) => mail.messageId)).size).toBe(2);
});

test('nothing is sent in clear text, unless that is asked for', async () => {
  const { port, got } = await startServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
  expect(await send(port)).toMatchObject({ outcome: 'passing' });
  expect(got).toEqual([]);
  const settings = email.settings.parse({
    smtp: { host: 'localhost', port, requireTls: false },
    recipients: RECIPIENTS,
    from: 'ops@example.org',
  });
  const message = composeMessage(toItems([alertEvent()]));
  expect(await email.deliver(message, settings, channelContext().context)).toEqual({ outcome: 'delivered' });
  expect(got[0]).toMatchObject({ isSecure: false });
});

test('a certificate of nobody we know is not spoken to', async () => {
  const { port, got } = await startServer();
  expect(await send(port, { ca: undefined })).toMatchObject({
    outcome: 'passing',
    reason: expect.stringMatching(/self-signed certificate/),
  });
  expect(got).toEqual([]);
});

test('where clear text would do, so does TLS with a certificate of nobody we know, as a local relay has it', async () => {
  const { port, got } = await startServer();
  expect(await send(port, { ca: undefined, requireTls: false })).toEqual({ outcome: 'delivered' });
  expect(got).toMatchObject([{ isSecure: true }]);
  const other = await startServer({ secure: true });
  expect(await send(other.port, { ca: undefined, requireTls: false, secure: true })).toMatchObject({
    outcome: 'passing',
  });
});

test('values stay values: no header, no recipient, no mark-up comes of them', async () => {
  const { port, got } = await startServer();
  const hostile = 'x\r\nBcc: victim@example.org\r\n\r\n<img src=x onerror=alert(1)>\u202e';
  expect(
    await send(port, {}, [{ summary: hostile, rule: hostile, host: hostile, environment: hostile, runbook: hostile }]),
  ).toEqual({
    outcome: 'delivered',
  });
  const [mail] = got;
  expect(mail?.recipients).toEqual(RECIPIENTS);
  expect(mail?.mail.headers.has('bcc')).toBe(false);
  expect(mail?.mail.subject).toContain('Bcc: victim@example.org');
  expect(mail?.mail.html).not.toContain('<img');
  expect(mail?.raw.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/im);
});

const refusing = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code });

describe('what a refusal means', () => {
  test.each<[string, SMTPServerOptions, object]>([
    [
      'a wrong password',
      { onAuth: (_auth, _session, done) => done(refusing(535, 'bad credentials')) },
      { outcome: 'permanent', about: 'channel' },
    ],
    [
      'a login that fails for now',
      { onAuth: (_auth, _session, done) => done(refusing(454, 'try later')) },
      { outcome: 'passing' },
    ],
    [
      'greylisting',
      { onRcptTo: (_address, _session, done) => done(refusing(450, '4.2.0 greylisted')) },
      { outcome: 'passing' },
    ],
    [
      'unknown recipients',
      { onRcptTo: (_address, _session, done) => done(refusing(550, 'no such user')) },
      { outcome: 'permanent', about: 'channel' },
    ],
    [
      'a sender it does not take',
      { onMailFrom: (_address, _session, done) => done(refusing(553, 'not yours')) },
      { outcome: 'permanent', about: 'channel' },
    ],
    [
      'a content it does not take',
      { onData: (stream, _session, done) => void stream.resume().on('end', () => done(refusing(554, 'spam'))) },
      { outcome: 'permanent', about: 'message' },
    ],
    [
      'a full disk there',
      { onData: (stream, _session, done) => void stream.resume().on('end', () => done(refusing(452, 'no space'))) },
      { outcome: 'passing' },
    ],
    [
      'a server that is busy',
      { onConnect: (_session, done) => done(refusing(421, 'too many connections')) },
      { outcome: 'passing' },
    ],
  ])('%s', async (_, options, outcome) => {
    const { port } = await startServer(options);
    const told = await send(port);
    expect(told).toMatchObject(outcome);
    expect(JSON.stringify(told)).not.toContain('s3cr3t');
  });

  test('one recipient of two: it is sent, and said', async () => {
    const { port, got } = await startServer({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('dev') ? done(refusing(550, 'no such user')) : done(),
    });
    expect(await send(port)).toEqual({
      outcome: 'delivered',
      remark: 'not to dev-team@viktoria-wertheim.de: refused by localhost',
    });
    expect(got[0]?.recipients).toEqual(['admin@viktoria-wertheim.de']);
  });
});

describe('what breaks on the way may pass', () => {
  test.each([
    ['silence', () => serveRaw(() => undefined), /was not done within 300 ms|timeout/i],
    [
      'a drip',
      () => serveRaw((socket) => void setInterval(() => socket.write('2'), 50).unref()),
      /was not done within 300 ms/,
    ],
    ['a reset', () => serveRaw((socket) => void socket.resetAndDestroy()), /./],
    ['nobody there', async () => 'http://127.0.0.1:9', /ECONNREFUSED/],
  ])('%s', async (_, start, reason) => {
    const { port } = new URL(await start());
    expect(await send(Number(port), { host: '127.0.0.1' }, [{}], 300)).toEqual({
      outcome: 'passing',
      reason: expect.stringMatching(reason),
    });
  });

  test('a name that is unknown', async () => {
    expect(await send(587, { host: 'mail.invalid' })).toMatchObject({ outcome: 'passing' });
  });
});
