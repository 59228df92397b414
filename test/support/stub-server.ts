import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach } from '@jest/globals';
import { createApiCall } from '../../src/lib/api/client.js';
import type { ApiCall } from '../../src/lib/api/index.js';
import type { Config } from '../../src/lib/config/index.js';
import { ConfigSections } from '../../src/lib/config/schema.js';
import { createRedactor } from '../../src/lib/redact.js';

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

/** A real HTTP server until the end of the test; resolves to its address. */
export function serve(listener: RequestListener, host?: string): Promise<string> {
  return listen(createHttpServer(listener), host);
}

/** A server that does what it likes with each connection; resolves to its address, written as http. */
export function serveRaw(onConnection: (socket: Socket) => void): Promise<string> {
  return listen(createServer(onConnection));
}

async function listen(server: Server, host = '127.0.0.1'): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // the client leaves early: that is what is tested
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

/** Answers JSON by path below the API's prefix; other paths are 404. */
export function serveApi(answers: Readonly<Record<string, unknown>>, seen: IncomingMessage[] = []): Promise<string> {
  return serve((request, response) => {
    seen.push(request);
    const path = (request.url ?? '').replace(/^\/api\/hook-monitoring/, '').replace(/\?.*/, '');
    response.setHeader('content-type', 'application/json');
    if (!(path in answers)) response.statusCode = 404;
    response.end(JSON.stringify(answers[path] ?? null));
  });
}

/** The configuration as a file with these sections gives it. */
export function configOf(sections: unknown): Config {
  const parsed = ConfigSections.parse(sections);
  // The members that loading adds are of no use here.
  return { ...parsed, environment: 'default', file: undefined } as unknown as Config;
}

export interface TestApi {
  readonly api: ApiCall;
  readonly config: () => Promise<Config>;
}

/** The client against this address, with these sections of configuration. */
export function apiAt(url: string, sections: Readonly<Record<string, object>> = {}, signal?: AbortSignal): TestApi {
  const config = configOf({ ...sections, app: { url, timeout: '2s', ...sections.app } });
  const redactor = createRedactor();
  if (config.app.token) redactor.add(config.app.token.reveal());
  const ignore = () => undefined;
  const api = createApiCall({
    config,
    signal: signal ?? new AbortController().signal,
    now: () => new Date(),
    elapsed: () => performance.now(),
    log: { warn: ignore, info: ignore, debug: ignore },
    redactor,
  });
  return { api, config: async () => config };
}
