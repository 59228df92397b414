/** Who used the application in the last minutes. */

export interface ActiveClients {
  /** @param client a user, or where there is none an address */
  readonly seen: (client: string) => void;
  readonly count: () => number;
}

/** Clients seen in this time count as active. */
const ACTIVE_FOR_MS = 5 * 60_000;
/** A flood from made-up addresses must not fill the memory. */
const CLIENTS_KEPT = 10_000;

export function activeClients(): ActiveClients {
  const lastSeen = new Map<string, number>();
  const forget = () => {
    const oldest = performance.now() - ACTIVE_FOR_MS;
    for (const [client, at] of lastSeen) if (at < oldest) lastSeen.delete(client);
  };
  return {
    seen(client) {
      if (lastSeen.size < CLIENTS_KEPT || lastSeen.has(client)) lastSeen.set(client, performance.now());
    },
    count() {
      forget();
      return lastSeen.size;
    },
  };
}
