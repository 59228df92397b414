/** The handbook: what is in it, what stays, what is refused. */
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quoteArgument } from '../../src/lib/docs/command-line.js';
import { differenceOf } from '../../src/lib/docs/difference.js';
import { readMarkdown, writeMarkdown } from '../../src/lib/docs/markdown.js';
import { writePage } from '../../src/lib/docs/page.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { serveApi } from '../support/stub-server.js';

const WEEKLY = {
  window: { from: '2026-11-16T03:00:00.000Z', to: '2026-11-23T03:00:00.000Z', coverage: 1 },
  totalExecutions: 3,
  averageExecutionTime: 1,
  errorRate: 0,
  buckets: [],
  hooks: ['beforeUpdate', 'afterCreate'].map((operation) => ({
    contentType: 'api::match.match',
    operation,
    executions: Math.floor(Math.random() * 1e6),
    errors: 0,
    averageExecutionTime: 1,
    averageOwnTime: 1,
    p50: 1,
    p95: 1,
    p99: 1,
    maxExecutionTime: 1,
  })),
};

interface Given {
  readonly url?: string;
  readonly sections?: Readonly<Record<string, unknown>>;
}

async function installation({ url, sections = {} }: Given = {}) {
  const root = temporaryDirectory();
  const config = join(root, 'config.json');
  const configure = (address: string, more: Readonly<Record<string, unknown>> = {}) =>
    writeFileSync(
      config,
      JSON.stringify({
        app: { url: address, root: join(root, 'backend') },
        stateDirectory: join(root, 'state'),
        ...sections,
        ...more,
      }),
      { mode: 0o600 },
    );
  configure(url ?? (await serveApi({ '/performance/weekly': WEEKLY })));
  const file = join(root, 'state', 'docs', 'operations-handbook.md');
  return {
    root,
    file,
    configure,
    html: file.replace(/md$/, 'html'),
    text: () => readFileSync(file, 'utf8'),
    write: (text: string) => writeFileSync(file, text),
    update: (...flags: string[]) =>
      runJson(['docs', 'update', ...flags, '--config', config], { env: { HOME: root }, cwd: root }),
    shown: (...flags: string[]) =>
      run(['docs', 'update', ...flags, '--config', config], { env: { HOME: root }, cwd: root }),
  };
}

const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const NOWHERE = 'http://127.0.0.1:1';

test('each environment has a handbook of its own, and nothing in it is of another', async () => {
  const environments = { production: {}, staging: { app: { url: NOWHERE } } };
  const { update, root } = await installation({ sections: { environments } });
  const production = (await update('--env', 'production')).document.result;
  const written = readFileSync(production.file, 'utf8');
  expect(written).toContain('| api::match.match | afterCreate | model |');
  const staging = (await update('--env', 'staging')).document.result;
  expect(readFileSync(production.file, 'utf8')).toBe(written);
  const other = readFileSync(staging.file, 'utf8');
  expect(other).toContain('Not known: ');
  expect(other).not.toContain('api::match.match');
  const plain = (await update()).document.result;
  expect(plain.file).toBe(join(root, 'state', 'docs', 'operations-handbook.md'));
  expect((await update('--env', 'production')).document.result.state).toBe('current');
});

test('what is in it: hooks, rules, targets, schedule, restore in commands of this installation', async () => {
  const { update, text, html, file, root } = await installation();
  const { code, document } = await update();
  expect(code).toBe(0);
  expect(document.result).toMatchObject({ state: 'written', file, htmlFile: html });
  const handbook = text();
  for (const part of [
    '| api::match.match | afterCreate | model |',
    '| high-error-rate | warning |',
    '| Uptime | ≥ 99.9 % |',
    '| monthly | backup files (changes), db backup (changes)',
    `    viktoria-ops db restore newest --into viktoria_wertheim --confirm viktoria_wertheim --config ${join(root, 'config.json')}`,
    'There is no backup yet.',
    '<!-- keep:contacts -->\n\n<!-- /keep -->',
  ]) {
    expect(handbook).toContain(part);
  }
  expect(handbook.indexOf('afterCreate')).toBeLessThan(handbook.indexOf('beforeUpdate'));
  expect(readFileSync(html, 'utf8')).toContain('<td>afterCreate</td>');
  expect([file, html].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
});

test('the same installation gives the same bytes, though figures change', async () => {
  const { update, file, html, configure } = await installation();
  await update();
  const before = [digest(file), digest(html)];
  const changed = {
    ...WEEKLY,
    totalExecutions: 99,
    hooks: WEEKLY.hooks.toReversed().map((hook) => ({ ...hook, executions: 7 })),
  };
  expect((await update()).document.result.state).toBe('current');
  expect([digest(file), digest(html)]).toEqual(before);
  // Another address of the backend is a change.
  configure(await serveApi({ '/performance/weekly': changed }));
  const { document } = await update();
  expect(document.result).toMatchObject({ state: 'written' });
  expect(document.result.difference.filter((line: string) => /^[+-]/.test(line)).join('\n')).not.toContain(
    'afterCreate',
  );
});

test('backups: the newest good one, and the last proof', async () => {
  const { update, text, root } = await installation();
  mkdirSync(join(root, 'backend', 'config'), { recursive: true });
  writeFileSync(join(root, 'backend', 'config', 'server.json'), '{}');
  const config = ['--config', join(root, 'config.json')];
  const { document } = await runJson(['config', 'backup', ...config]);
  await update();
  const row = text()
    .split('\n')
    .find((line) => line.includes(document.result.id ?? 'config-2'));
  expect(row).toMatch(/level 1 of 3 .* here only \| 1 \| never \|$/);
  await runJson(['backup', 'verify', '--kind', 'config', ...config]);
  expect((await update()).document.result.difference.join('\n')).toMatch(/\+.*level 3 of 3.*\| 20\d\d-\S+Z \|/);
  expect((await update()).document.result.state).toBe('current');
});

test('secrets are in neither form, nor in what is printed', async () => {
  const sections = {
    database: { password: 'canary-password', directUrl: 'postgres://strapi:canary-direct@db.example:5432/viktoria' },
    heartbeatUrl: 'https://ping.example/canary-ping',
    alerting: {
      channels: {
        slack: { webhook: 'https://hooks.example/canary-hook', channel: '#alerts' },
        email: {
          smtp: { host: 'm.example', port: 587, auth: { user: 'u@m.example', pass: 'canary-mail' } },
          recipients: ['ops@m.example'],
        },
        night: { type: 'pagerduty', routingKey: 'canarycanarycanarycanarycanaryca' },
      },
    },
    backup: {
      remote: {
        endpoint: 'https://key:canary-s3@s3.example',
        bucket: 'copies',
        accessKeyId: 'canary-id',
        secretAccessKey: 'canary-key',
      },
    },
    incidents: [
      {
        name: 'slow',
        triggers: ['high-error-rate'],
        actions: ['notify_team', { action: 'restart_application', mode: 'approve' }],
      },
    ],
  };
  const { shown, text, html } = await installation({ sections });
  const { stdout, stderr, code } = await shown();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout + text() + readFileSync(html, 'utf8')).not.toMatch(/canary/);
  for (const part of [
    '#alerts',
    'ops@m.example',
    'db.example:5432',
    'bucket copies',
    'restart\\_application (approve)',
    '--remote',
  ]) {
    expect(text().replaceAll('\\#', '#')).toContain(part);
  }
});

describe('what people write', () => {
  const NOTE = 'Call **Ines** first.\n\n| a | b |\n\n    indented\n<script>x</script>';
  const noted = (text: string) => text.replace('<!-- keep:contacts -->\n', `<!-- keep:contacts -->\n${NOTE}\n`);

  test('stays between its marks, byte for byte, and is escaped on the page', async () => {
    const { update, write, text, html, file } = await installation();
    await update();
    write(noted(text()));
    chmodSync(file, 0o644);
    const isRoot = process.getuid?.() === 0; // only root can give files away
    if (isRoot) chownSync(file, 12_345, 12_346);
    const { document } = await update();
    expect(document.result).toMatchObject({ state: 'written', kept: ['contacts'] });
    expect([file, html].map((path) => statSync(path).mode & 0o777)).toEqual([0o644, 0o600]);
    if (isRoot) expect(statSync(file)).toMatchObject({ uid: 12_345, gid: 12_346 });
    expect(text()).toContain(NOTE);
    const before = text();
    expect((await update()).document.result.state).toBe('current');
    expect(text()).toBe(before);
    expect(readFileSync(html, 'utf8')).toContain('&lt;script&gt;');
  });

  test('stays when an editor ends lines in its own way', async () => {
    const { update, write, text } = await installation();
    await update();
    write(noted(text()).replaceAll('\n', '\r\n'));
    expect((await update()).code).toBe(0);
    expect(text()).toContain(NOTE);
  });

  test('stays when its section is gone', async () => {
    const { update, write, text } = await installation();
    await update();
    const last = '<!-- seal:';
    const gone = 'the old bus\n';
    write(text().replace(last, `<!-- keep:transport -->\n${gone}<!-- /keep -->\n${last}`));
    expect((await update()).document.error).toMatchObject({ code: 'VOPS-DOCS-EDITED' });
    expect((await update('--overwrite')).code).toBe(0);
    expect(text()).toMatch(/## Notes on what is gone\n\n<!-- keep:transport -->\nthe old bus/);
    expect((await update()).document.result).toMatchObject({ state: 'current', kept: ['transport'] });
  });

  test('outside the marks is not overwritten unless asked for', async () => {
    const { update, write, text } = await installation();
    await update();
    write(text().replace('## Contacts\n', '## Contacts\n\nInes, 0123\n'));
    const before = text();
    expect((await update()).document).toMatchObject({ exitCode: 1, error: { code: 'VOPS-DOCS-EDITED' } });
    expect(text()).toBe(before);
    expect((await update('--overwrite')).code).toBe(0);
    expect(text()).not.toContain('0123');
  });

  test('a file that is not ours is left alone', async () => {
    const { update, root } = await installation();
    const readme = join(root, 'README.md');
    writeFileSync(readme, '# Mine\n');
    expect((await update('--file', 'README.md')).document.error).toMatchObject({ code: 'VOPS-DOCS-EDITED' });
    expect(readFileSync(readme, 'utf8')).toBe('# Mine\n');
  });

  test.each<[string, (text: string) => string, RegExp]>([
    [
      'an end is missing',
      (text) => text.replace(`${NOTE}\n\n<!-- /keep -->\n`, `${NOTE}\n`),
      /begins inside the region contacts of line \d+/,
    ],
    ['a beginning is missing', (text) => text.replace('<!-- keep:contacts -->\n', ''), /ends that has not begun/],
    [
      'the last end is missing',
      (text) => text.slice(0, text.lastIndexOf('<!-- /keep -->')),
      /the region hooks has no end/,
    ],
    [
      'a region is there twice',
      (text) => text.replace('<!-- keep:restore -->', '<!-- keep:contacts -->'),
      /is there twice/,
    ],
    [
      'a mark is damaged',
      (text) => text.replace('<!-- keep:contacts -->', '<!- keep:contacts -->'),
      /this mark is not whole/,
    ],
    [
      'a mark is indented',
      (text) => text.replace('<!-- keep:contacts -->', '  <!-- keep:contacts -->'),
      /this mark is not whole/,
    ],
    [
      'a mark has a name that is none',
      (text) => text.replace('<!-- keep:contacts -->', '<!-- keep:Con tacts -->'),
      /this mark is not whole/,
    ],
  ])('is not lost when %s', async (_, breakIt, message) => {
    const { update, write, text, file } = await installation();
    await update();
    write(breakIt(noted(text())));
    const before = text();
    const { document } = await update('--overwrite');
    expect(document).toMatchObject({ exitCode: 1, error: { code: 'VOPS-DOCS-MARKERS' } });
    expect(document.error.message).toMatch(message);
    expect(document.error.message).toMatch(new RegExp(`^${file}:\\d+: `));
    expect(text()).toBe(before);
  });
});

describe('a backend that does not answer', () => {
  test('never seen: the section says so, the rest is written, no verdict', async () => {
    const { update, text } = await installation({ url: NOWHERE });
    const { code, document } = await update();
    expect(code).toBe(4);
    expect(document.findings).toMatchObject([{ code: 'VOPS-API-UNREACHABLE', severity: 'unknown' }]);
    expect(text()).toContain('Not known: ');
    expect(text()).toContain('| Uptime |');
  });

  test('seen before: what was last known, and since when; back again, the note is gone', async () => {
    const { update, text, configure } = await installation();
    const alive = await serveApi({ '/performance/weekly': WEEKLY });
    configure(alive);
    await update();
    const before = text();
    configure(NOWHERE);
    const { document } = await update();
    expect(document.result.sections).toContainEqual({ id: 'hooks', title: 'Lifecycle hooks', state: 'last-known' });
    expect(text()).toMatch(/As last seen, unchanged since 20.*refused/);
    expect(text()).toContain('| api::match.match | afterCreate | model |');
    expect((await update()).document.result.state).toBe('current');
    configure(alive);
    await update();
    expect(text().replace(/As of .*|<!-- seal.*/g, '')).toBe(before.replace(/As of .*|<!-- seal.*/g, ''));
  });
});

describe('--check and --dry-run', () => {
  test('missing, current, out of date; nothing is written', async () => {
    const { update, file, root, configure } = await installation();
    expect(await update('--check')).toMatchObject({
      code: 1,
      document: { findings: [{ code: 'VOPS-DOCS-OUTDATED' }] },
    });
    expect(existsSync(file)).toBe(false);
    expect(existsSync(join(root, 'state', 'handbook.json'))).toBe(false);
    await update();
    const before = digest(file);
    expect((await update('--check')).code).toBe(0);
    configure(await serveApi({ '/performance/weekly': WEEKLY }));
    const { code, document } = await update('--check');
    expect([code, document.result.difference.some((line: string) => line.startsWith('-| backend |'))]).toEqual([
      1,
      true,
    ]);
    configure(NOWHERE);
    expect(await update('--check')).toMatchObject({
      code: 4,
      document: { findings: [{ code: 'VOPS-API-UNREACHABLE' }] },
    });
    expect(digest(file)).toBe(before);
  });

  test('--dry-run shows the lines that change', async () => {
    const { shown, update, configure, file } = await installation();
    await update();
    const before = digest(file);
    configure(await serveApi({ '/performance/weekly': { ...WEEKLY, hooks: [] } }));
    const { stdout, code } = await shown('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('-| api::match.match | afterCreate | model |');
    expect(stdout).toContain('+No hook ran in the last seven days.');
    expect(digest(file)).toBe(before);
  });
});

test('a page that was lost or changed is written anew', async () => {
  const { update, html } = await installation();
  await update();
  const before = digest(html);
  writeFileSync(html, 'x');
  expect((await update()).document.result.state).toBe('written');
  expect(digest(html)).toBe(before);
});

test('--file elsewhere, and a directory that takes nothing', async () => {
  const { update, root } = await installation();
  expect((await update('--file', 'book.md')).document.result.file).toBe(join(root, 'book.md'));
  expect(existsSync(join(root, 'book.html'))).toBe(true);
  expect((await update('--file', 'book.txt')).code).toBe(2);
  expect((await update('--file', 'no/such/book.md')).document.error).toMatchObject({ code: 'VOPS-FILE' });
});

test('docs.directory is made, and private', async () => {
  const { update, root, configure } = await installation();
  configure(NOWHERE, { docs: { directory: './handbook' } });
  await update();
  expect(statSync(join(root, 'handbook')).mode & 0o777).toBe(0o700);
  mkdirSync(join(root, 'open'));
  chmodSync(join(root, 'open'), 0o777);
  configure(NOWHERE, { docs: { directory: './open' } });
  expect((await update()).document.error).toMatchObject({ code: 'VOPS-FILE-UNSAFE' });
});

describe('the form', () => {
  const words = fc.oneof(
    fc.string(),
    fc.constantFrom('<!-- keep:x -->', '<!-- /keep -->', 'a\n<!-- /keep -->', '| a', '```', '<b>'),
  );
  const block = fc.oneof(
    words.map((text) => ({ kind: 'text' as const, text })),
    fc.array(words).map((lines) => ({ kind: 'commands' as const, lines })),
    fc
      .array(fc.tuple(words, words))
      .map((rows) => ({ kind: 'table' as const, columns: ['a', 'b'], rows: rows.map((row) => [...row]) })),
  );
  const note = fc.array(fc.string().filter((line) => !/keep|[\r\n]/i.test(line))).map((lines) => lines.join('\n'));

  test('whatever a section says, what people wrote is read back and the seal holds', () => {
    fc.assert(
      fc.property(fc.array(block), note, (blocks, text) => {
        const kept = new Map([['contacts', text]]);
        const written = writeMarkdown({
          sections: [{ id: 'contacts', title: 'C', blocks }],
          kept,
          asOf: '2026-11-23T03:00:00.000Z',
        });
        expect(readMarkdown('x.md', written)).toEqual({ kept, asOf: '2026-11-23T03:00:00.000Z', isSealed: true });
      }),
    );
  });

  test('whatever a section says, the page has no tags but ours', () => {
    fc.assert(
      fc.property(fc.array(block), (blocks) => {
        const page = writePage({ sections: [{ id: 'a', title: '<i>', blocks }], kept: new Map(), asOf: 'x' });
        expect(page).not.toMatch(/<(?:i>|b>|script|!-- )/);
      }),
    );
  });

  test('a difference turns the one text into the other', async () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lines, lines, async (before, after) => {
        const shown = await differenceOf(before.join('\n'), after.join('\n'));
        const count = (sign: string) => shown.filter((line) => line.startsWith(sign)).length;
        expect(after.length - before.length).toBe(count('+') - count('-'));
        expect(shown.length === 0).toBe(before.join('\n') === after.join('\n'));
      }),
    );
  });

  test.each([
    ['/etc/viktoria-ops/config.json', '/etc/viktoria-ops/config.json'],
    ["/srv/Ines' files/x", "'/srv/Ines'\\'' files/x'"],
    ['$(reboot)', "'$(reboot)'"],
  ])('%s in a command line', (argument, expected) => {
    expect(quoteArgument(argument)).toBe(expected);
  });
});
