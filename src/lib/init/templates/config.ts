/** A configuration to begin with: where everything is, secrets by reference. */
import { fill, json, publicAddress } from '../fill.js';
import type { Template } from '../template.js';

export const config: Template = {
  name: 'config',
  summary: 'a configuration to begin with, secrets by reference',
  check: 'viktoria-ops config validate --config config.yaml',
  next: [
    'install -D -m 600 config/config.yaml /etc/viktoria-ops/config.yaml',
    'each secret in a file of its own: install -m 600 /dev/stdin /etc/viktoria-ops/app-token',
    'see what is missing: viktoria-ops doctor',
  ],
  files: async ({ config: { app, database } }) => [
    {
      path: 'config.yaml',
      belongs: '/etc/viktoria-ops/config.yaml',
      mode: 0o600,
      text: await fill('config/config.yaml', {
        url: json(publicAddress(app.url)),
        root: json(app.root),
        host: json(database.host),
        port: String(database.port),
        user: json(database.user),
        database: json(database.database),
        sslmode: json(database.sslmode),
      }),
    },
  ],
};
