/** What people read: links lead somewhere, files that are named exist, examples are valid as they stand. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { VARIABLES } from '../../src/lib/config/environment-variables.js';
import { packageRoot } from '../../src/lib/package.js';
import { run, temporaryDirectory } from '../support/run.js';

const root = packageRoot();
const pages = ['.', 'docs'].flatMap((directory) =>
  readdirSync(join(root, directory)).flatMap((name) => (name.endsWith('.md') ? [join(directory, name)] : [])),
);
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

/** As GitHub makes them of headings. */
const anchorsOf = (page: string) =>
  matches(textOf(page), /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );

describe.each(pages)('%s', (page) => {
  test('links lead to files, and to headings of theirs', () => {
    const links = matches(textOf(page), /\]\(([^)]+)\)/g).filter((link) => !link.startsWith('http'));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('files of the sources that are named exist', () => {
    const named = matches(textOf(page), /`((?:src|test|templates)\/[\w./-]+\.\w+)`/g);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

/** Those of strapi.md are files of the application. */
const examples = pages
  .filter((page) => page !== 'docs/strapi.md')
  .flatMap((page) =>
    matches(textOf(page), /```json\n(.*?)```/gs).map((text, index) => ({ page, number: index + 1, text })),
  );

test.each(examples)('$page, configuration $number is valid as it stands', async ({ text }) => {
  const file = join(temporaryDirectory(), 'example.json');
  writeFileSync(file, text, { mode: 0o600 });
  const variables = matches(text, /\$\{env:(\w+)\}/g).map((name) => [name, `https://127.0.0.1/${name}`]);
  const { code, stderr } = await run(['config', 'validate', '--config', file], { env: Object.fromEntries(variables) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('the variables that are honoured are named', () => {
  const text = textOf('docs/configuration.md');
  expect(VARIABLES.filter(({ name }) => !text.includes(`\`${name}\``))).toEqual([]);
});

test('there are examples', () => expect(examples.length).toBeGreaterThan(8));
