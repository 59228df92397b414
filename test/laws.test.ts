/** What holds for every command there is: one test walks the table of contents. */
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { commands, groups } from '../src/commands/index.js';
import { daily } from '../src/commands/maintenance/daily.js';
import type { Command } from '../src/lib/command.js';
import { documentOf } from '../src/lib/document.js';
import { ERROR_CODES, EXIT_CODES } from '../src/lib/errors.js';
import { GLOBAL_OPTIONS } from '../src/lib/global-options.js';
import { GlobalFlags } from '../src/lib/globals.js';
import { createTheme } from '../src/lib/terminal/theme.js';
import { run } from './support/run.js';

// One after the other: Jest's loader cannot link two module graphs that share a part at the same time.
const loaded: ((typeof commands)[number] & { readonly command: Command })[] = [];
for (const entry of commands) loaded.push({ ...entry, command: (await entry.load()).default });
const camelCase = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
const optionName = (text: string) => camelCase(/--(?:no-)?([\w-]+)/.exec(text)?.[1] ?? '');
const keysOf = (schema: z.ZodType) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);

describe.each(loaded)('$path', ({ path, summary, command }) => {
  test('options and operands are what its schema knows', () => {
    const named = [
      ...(command.options ?? []).map(([text]) => optionName(text)),
      ...(command.operands ?? []).map(([text]) => text.slice(1, -1).replace('...', '')),
    ];
    expect(named.sort()).toEqual(keysOf(command.flags).sort());
    for (const [, description] of [...(command.options ?? []), ...(command.operands ?? [])])
      expect(description).not.toBe('');
  });

  test('every option is optional: the defaults live in the schema', () => {
    if (!command.operands?.some(([text]) => text.startsWith('<')))
      expect(command.flags.safeParse({}).success).toBe(true);
  });

  test('help: stdout, exit 0, an example that names it, exit codes, 80 columns', async () => {
    const { code, stdout, stderr } = await run([...path.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(command.examples.length).toBeGreaterThan(0);
    for (const example of command.examples) {
      expect(example).toContain(`viktoria-ops ${path}`);
      expect(stdout).toContain(example);
    }
    expect(stdout).toContain('Exit codes');
    expect(stdout).toContain(summary.split(' ')[0]);
    expect(stdout.split('\n').filter((line) => line.length > 80 && !line.includes('$'))).toEqual([]);
  });

  test('help again, asked the other way round', async () => {
    const [asked, other] = await Promise.all([run(['help', ...path.split(' ')]), run([...path.split(' '), '--help'])]);
    if (!path.startsWith('help ')) expect(asked).toEqual(other);
  });

  test('its sample is a result, survives JSON, and its view without colour has no escapes', async () => {
    const parsed = command.result.parse(JSON.parse(JSON.stringify(command.sample)));
    expect(parsed).toEqual(command.sample);
    for (const layout of ['tabs', 'aligned', 'terminal'] as const) {
      const theme = await createTheme({ color: false, layout, columns: 100 });
      expect(command.view(command.sample, theme)).not.toMatch(/\u001b|\r/);
    }
    expect(command.summary(command.sample)).toMatch(/^[^\n\u001b]+$/);
  });

  test('it takes --env all only when it changes nothing and gives one document', () => {
    const others = ['changes', 'raw', 'line', 'picture'].filter((member) => member in command);
    if (command.spansEnvironments) expect(others).toEqual([]);
  });

  test('its result has a JSON schema', () => {
    expect(z.toJSONSchema(documentOf(command.result), { unrepresentable: 'any', io: 'output' })).toHaveProperty(
      'properties.result',
    );
  });

  test('a wrong option is refused with exit 2, on stderr and as JSON', async () => {
    const { code, stdout, stderr } = await run([...path.split(' '), '--no-such-option', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 2, error: { code: 'VOPS-USAGE' } });
    expect(stderr).toContain('--no-such-option');
  });
});

test('the table of contents: no path twice, every group described', () => {
  const paths = commands.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
  const groupsOf = (words: readonly string[]) =>
    words.slice(0, -1).map((_, index) => words.slice(0, index + 1).join(' '));
  const used = new Set(paths.flatMap((path) => groupsOf(path.split(' '))));
  expect(used).toEqual(new Set(Object.keys(groups)));
});

test('global options are what their schema knows', () => {
  const named = new Set(GLOBAL_OPTIONS.map(([text]) => optionName(text)));
  expect([...named, 'dryRun'].sort()).toEqual(Object.keys(GlobalFlags.shape).sort());
});

test('a tier requires only steps it has, and earlier ones', () => {
  for (const [index, { requires }] of daily.steps.entries()) {
    const earlier = daily.steps.slice(0, index).map(({ id }) => id);
    expect(requires.filter((id) => !earlier.includes(id))).toEqual([]);
  }
});

test('every error code leads to an exit code that is listed', () => {
  const listed = new Set<number>(EXIT_CODES.map(({ code }) => code));
  expect(Object.entries(ERROR_CODES).filter(([, code]) => !listed.has(code))).toEqual([]);
});
