/** What a POST brings. */
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.js';

const LARGEST_BYTES = 10_000;

/**
 * A JSON object; nothing at all is an empty one.
 * @throws Refusal 413, 415 or 400
 */
export async function readBody(request: IncomingMessage): Promise<object> {
  const body = await readAll(request);
  if (body.length === 0) return {};
  // A page of another origin can send a form or a text unasked, but not this.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new Refusal(415, 'send JSON');
  const parsed = parse(body.toString());
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new Refusal(400, 'send a JSON object');
}

/**
 * The fields of a form.
 * @throws Refusal 413
 */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams((await readAll(request)).toString());
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_BYTES) throw new Refusal(413, `more than ${LARGEST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
