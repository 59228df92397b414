/** The page for people, of which nothing is loaded before it is asked for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DoorOptions } from './page/door.js';
import { type Answering, createAnswerer, type ListenerOptions } from './server.js';

/** Answers requests at `base` and below. */
export type Page = (request: IncomingMessage, response: ServerResponse, base: string) => Promise<void>;

export function lazyPage(answering: Answering, options: ListenerOptions & DoorOptions): Page {
  const { events } = answering;
  let page: Promise<Page> | undefined;
  const load = async () => {
    const { createPage } = await import('./page/index.js');
    return createPage({ ...options, events, answer: createAnswerer(answering, options) });
  };
  return async (request, response, base) => {
    try {
      page ??= load();
      await (await page)(request, response, base);
    } catch (error) {
      options.onError?.(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  };
}
