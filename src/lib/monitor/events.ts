/** `GET /events`: what changed, as server-sent events (HTML standard, section 9.2), made once for all who listen. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { withDeadline } from './deadline.js';

export interface EventStream {
  /** Keeps the connection until its client goes. False when there are too many already, or after `stop`. */
  readonly attach: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly stop: () => void;
}

/** Parts of the picture by name; each is read again at every beat. */
export type Sections = Readonly<Record<string, () => Promise<unknown>>>;

const BEAT_MS = 5_000;
/** Of a beat, for its sections: one that hangs holds up neither the others nor the beat after. */
const READING_SHARE = 0.5;
const CLIENTS_AT_MOST = 100;
/** A client that does not read this much is let go: it will come again, and get everything. */
const UNREAD_AT_MOST = 1_000_000;

export function createEventStream(sections: Sections, beatMs = BEAT_MS): EventStream {
  const clients = new Set<ServerResponse>();
  const news = createNews(sections, beatMs * READING_SHARE);
  let timer: NodeJS.Timeout | undefined;
  let isOpen = true;

  const beat = async () => {
    const text = await news.read();
    for (const client of clients) send(client, text);
  };
  const leave = (client: ServerResponse) => {
    clients.delete(client);
    if (clients.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    news.forget();
  };
  return {
    attach({ headers }, response) {
      if (!isOpen || clients.size >= CLIENTS_AT_MOST) return false;
      response.writeHead(200, HEADERS);
      clients.add(response);
      for (const event of ['close', 'error']) response.on(event, () => leave(response));
      send(response, `retry: ${beatMs}\n\n${news.since(String(headers['last-event-id'] ?? ''))}`);
      timer ??= setInterval(() => void beat(), beatMs).unref();
      if (clients.size === 1) void beat();
      return true;
    },
    stop() {
      isOpen = false;
      // At once: a client that does not read would keep the beat going until it is let go.
      clearInterval(timer);
      for (const client of clients) client.end();
    },
  };
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-accel-buffering': 'no', // nginx would wait for more
} as const;

function send(client: ServerResponse, text: string): void {
  client.write(text);
  if (client.writableLength > UNREAD_AT_MOST) client.destroy();
}

/** Events of the sections that changed since they were last read, and one that tells which could not be read. Their ids are of this process: another one begins anew. */
function createNews(sections: Sections, deadlineMs: number) {
  const latest = new Map<string, { readonly data: string; readonly event: string; readonly count: number }>();
  const origin = randomUUID().slice(0, 8);
  let count = 0;
  const announce = (name: string, data: string | undefined) => {
    if (data === undefined || latest.get(name)?.data === data) return '';
    const event = `id: ${origin}-${++count}\nevent: ${name}\ndata: ${data}\n\n`;
    latest.set(name, { data, event, count });
    return event;
  };
  return {
    /** The beat always comes: what it does not name is as it was last told. */
    async read(): Promise<string> {
      const names = Object.keys(sections);
      // A figure that cannot be read stays as it was told; its own route says why.
      const read = Object.values(sections).map((section) =>
        withDeadline(section, deadlineMs).then(
          (data) => JSON.stringify(data),
          () => undefined,
        ),
      );
      const texts = await Promise.all(read);
      const unread = names.filter((_, index) => texts[index] === undefined);
      const changes = names.map((name, index) => announce(name, texts[index]));
      return `${changes.join('')}event: beat\ndata: ${JSON.stringify({ unread })}\n\n`;
    },
    /** What a client has missed that got the event of this id; all of it for any other. */
    since(lastEventId: string): string {
      const [from, number] = lastEventId.split('-');
      const seen = from === origin ? Number(number) || 0 : 0;
      return [...latest.values()].map(({ count: own, event }) => (own > seen ? event : '')).join('');
    },
    forget: () => latest.clear(),
  };
}
