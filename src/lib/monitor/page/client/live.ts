/** Keeps the store up to date: by the stream of events, and by asking while there is none. */
import { SOURCES, type SourceName } from './sources.js';
import { NAMES, type Store } from './store.js';

export type Connection = 'live' | 'polling' | 'offline';

/** A browser gives up on a stream that was refused; we do not. */
const TRY_AGAIN_MS = 15_000;
const LIVE_NAMES = NAMES.filter((name) => SOURCES[name].isLive);

export function keepUpToDate(store: Store, base: string, onConnection: (connection: Connection) => void): void {
  let isStreaming = false;
  const listen = () => {
    const stream = new EventSource(`${base}/events`);
    stream.addEventListener('open', () => {
      isStreaming = true;
      onConnection('live');
    });
    for (const name of LIVE_NAMES)
      stream.addEventListener(name, ({ data }: MessageEvent<string>) => store.put(name, JSON.parse(data)));
    stream.addEventListener('beat', ({ data }: MessageEvent<string>) => {
      const { unread } = JSON.parse(data) as { readonly unread: readonly string[] }; // as the monitor sends it
      for (const name of LIVE_NAMES)
        if (unread.includes(name)) void store.ask(name);
        else store.confirm(name);
    });
    stream.addEventListener('error', () => {
      isStreaming = false;
      onConnection(navigator.onLine ? 'polling' : 'offline');
      for (const name of LIVE_NAMES) void store.ask(name);
      // Otherwise the browser connects by itself, and tells the last event it got.
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, TRY_AGAIN_MS);
    });
  };
  for (const name of NAMES) void repeat(name, () => isStreaming, store);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) for (const name of NAMES) void store.ask(name);
  });
  listen();
}

/** Nobody looks at a hidden page. */
async function repeat(name: SourceName, isStreaming: () => boolean, store: Store): Promise<void> {
  const { everyMs, isLive } = SOURCES[name];
  await store.ask(name);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, everyMs(store.range())));
    if (!document.hidden && !(isLive && isStreaming())) await store.ask(name);
  }
}
