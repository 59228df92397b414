/** What `config audit` takes for granted. */
import * as z from 'zod';

export const Configuration = z.lazy(() =>
  z
    .strictObject({
      /** Who may change the backend's configuration: names or addresses as git has them. Unset: anybody. */
      authors: z.array(z.string().min(1)).optional(),
      /** Keys that differ between environments by intention; `*` is any one part, `**` all that follow. */
      expectedDrift: z
        .array(z.string().min(1))
        .default(['app.url', 'app.root', 'database.**', 'heartbeatUrl', 'server.url', 'server.host', 'server.port']),
    })
    .prefault({}),
);
