/** `GET /events`: what changed, as server-sent events (HTML standard, section 9.2), made once for all who listen. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface EventStream {
  /** Keeps the connection until its client goes. False when there are too many already. */
  readonly attach: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly stop: () => void;
}

/** Parts of the picture by name; each is read again at every beat. */
export type Sections = Readonly<Record<string, () => Promise<unknown>>>;

const BEAT_MS = 5_000;
const CLIENTS_AT_MOST = 100;
/** A client that does not read this much is let go: it will come again, and get everything. */
const UNREAD_AT_MOST = 1_000_000;

export function createEventStream(sections: Sections, beatMs = BEAT_MS): EventStream {
  const clients = new Set<ServerResponse>();
  /** The last event of each section, for those who come. */
  const latest = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let count = 0;

  const send = (client: ServerResponse, text: string) => {
    client.write(text);
    if (client.writableLength > UNREAD_AT_MOST) client.destroy();
  };
  const beat = async () => {
    const read = Object.entries(sections).map(async ([name, section]) => [name, JSON.stringify(await section())] as const);
    let news = '';
    for (const result of await Promise.allSettled(read)) {
      if (result.status === 'rejected') continue; // the figure stays as it was; its own route says why
      const [name, data] = result.value;
      if (latest.get(name)?.endsWith(`data: ${data}\n\n`)) continue;
      const event = `id: ${++count}\nevent: ${name}\ndata: ${data}\n\n`;
      latest.set(name, event);
      news += event;
    }
    for (const client of clients) send(client, news || ': still here\n\n');
  };
  const leave = (client: ServerResponse) => {
    clients.delete(client);
    if (clients.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    latest.clear();
  };
  return {
    attach(_request, response) {
      if (clients.size >= CLIENTS_AT_MOST) return false;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no', // nginx would wait for more
      });
      clients.add(response);
      response.on('close', () => leave(response));
      response.on('error', () => leave(response));
      send(response, `retry: ${beatMs}\n\n${[...latest.values()].join('')}`);
      timer ??= setInterval(() => void beat(), beatMs).unref();
      if (clients.size === 1) void beat();
      return true;
    },
    stop() {
      for (const client of clients) client.end();
    },
  };
}
