// Makes dist/page/: the script and the style of the monitoring page, each in one file that the server puts into its document.
import { join } from 'node:path';
import { build } from 'esbuild';

export function buildPage(dist) {
  const client = join('src', 'lib', 'monitor', 'page', 'client');
  return build({
    entryPoints: { client: join(client, 'main.ts'), style: join(client, 'style.css') },
    entryNames: '[name]',
    outdir: join(dist, 'page'),
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    // Firefox ESR and the browsers of the last two years.
    target: ['chrome120', 'firefox115', 'safari17'],
    legalComments: 'inline',
    logLevel: 'warning',
  });
}
