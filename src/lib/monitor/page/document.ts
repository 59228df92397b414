/** The documents of the page: everything in one answer, and a policy by which nothing else can get in. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { packageRoot } from '../../package.js';

const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first of ours that the browser asks for. */
export function languageOf({ headers }: IncomingMessage): Language {
  const wanted = (headers['accept-language'] ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase());
  return wanted.flatMap((one) => LANGUAGES.filter((ours) => ours === one))[0] ?? 'en';
}

/** Sends the page itself. */
export async function sendDocument(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { script } = await readAssets();
  const body = `<div id="page"></div><noscript>This page draws its figures itself: it needs JavaScript.</noscript>`;
  return sendHtml(request, response, { status: 200, title: 'Monitoring', body, script });
}

export interface Sent {
  readonly status: number;
  readonly title: string;
  /** Markup of our own. */
  readonly body: string;
  readonly script?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a document in our style, compressed where the browser takes it. */
export async function sendHtml(request: IncomingMessage, response: ServerResponse, sent: Sent): Promise<void> {
  const { style } = await readAssets();
  const nonce = randomBytes(16).toString('base64');
  const script = sent.script === undefined ? '' : `<script nonce="${nonce}">${sent.script}</script>`;
  const text = `<!doctype html>
<html lang="${languageOf(request)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${sent.title}</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${style}</style>
</head>
<body>
${sent.body}
${script}
</body>
</html>
`;
  const isPacked = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const content = isPacked ? await promisify(gzip)(text) : Buffer.from(text);
  response.writeHead(sent.status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': content.length,
    'content-security-policy': policyWith(nonce),
    ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
    vary: 'accept-encoding, accept-language, cookie',
    ...HEADERS,
    ...sent.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** Trusted types: markup made of data is refused by the browser itself. */
const policyWith = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
    "require-trusted-types-for 'script'",
  ].join('; ');

interface Assets {
  readonly script: string;
  readonly style: string;
}
let assets: Promise<Assets> | undefined;

/** What the build made of `client/`; read once. */
function readAssets(): Promise<Assets> {
  assets ??= Promise.all(['client.js', 'style.css'].map(readAsset)).then(([script = '', style = '']) => ({
    script,
    style,
  }));
  return assets;
}

const readAsset = (name: string): Promise<string> => readFile(join(packageRoot(), 'dist', 'page', name), 'utf8');
