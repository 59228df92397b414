import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commands, groups } from '../src/commands/index.js';
import { packageRoot, packageVersion } from '../src/lib/package.js';
import { run, runJson, temporaryDirectory } from './support/run.js';

describe('what was meant', () => {
  test.each([
    [['helth'], 'health'],
    [['errors', 'recnt'], 'recent'],
    [['maintenance', 'dayly'], 'daily'],
    [['config', 'validat'], 'validate'],
    [['health', '--jsn'], '--json'],
  ])('%j: refused, with a suggestion', async (argv, meant) => {
    const { code, stdout, stderr } = await run(argv);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`did you mean ${meant}\\?`, 'i'));
  });

  test.each([
    [['helth', '-o', 'json'], 2, /"VOPS-USAGE"/],
    [['--output=json', 'health', '--bogus'], 2, /"VOPS-USAGE"/],
    [['health', '--bogus', '--format', 'nagios'], 3, /^VIKTORIA-OPS UNKNOWN - unknown option/],
  ])('%j: refused in the form that was asked for', async (argv, code, text) => {
    const ran = await run(argv);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toMatch(text);
  });

  test('an abbreviation is not guessed', async () => {
    expect((await run(['mainten', 'daily'])).code).toBe(2);
  });

  test.each([
    [['version', '--deadline', 'soon'], '--deadline: expected a duration'],
    [['version', '--deadline', '30d'], '--deadline: expected 24d at most'],
    [['version', '--fail-on', 'never'], '--fail-on'],
    [['completion', 'tcsh'], '<shell>: expected one of bash, zsh, fish'],
    [['errors', 'recent', '--limit', '0'], '--limit'],
    [['db'], 'a subcommand is missing'],
    [['version', 'extra'], "unexpected argument 'extra'"],
  ])('%j is a wrong call', async (argv, message) => {
    const { code, stderr } = await run(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/exit 2 \(usage\/config\)\n$/);
  });
});

test('help: nothing at all, -h, --help and help are one', async () => {
  const asked = await Promise.all([[], ['-h'], ['--help'], ['help']].map((argv) => run(argv)));
  for (const answer of asked) expect(answer).toEqual(asked[0]);
  expect(asked[0]).toMatchObject({ code: 0, stderr: '' });
  for (const { path } of commands) expect(asked[0]?.stdout).toContain(String(path.split(' ')[0]));
});

test('help and version work with a broken configuration', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, '.monitoringrc.json'), '{ broken');
  const codes = await Promise.all(
    [['--help'], ['--version'], ['version'], ['help', 'db', 'health']].map((argv) => run(argv, { cwd: directory })),
  );
  expect(codes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect((await run(['queue'], { cwd: directory })).code).toBe(2);
});

test('the version is the same however it is asked for', async () => {
  const version = packageVersion();
  expect((await run(['--version'])).stdout.trim()).toBe(version);
  expect((await run(['-V'])).stdout.trim()).toBe(version);
  expect((await runJson(['version'])).document.result.version).toBe(version);
});

describe('Node.js', () => {
  test.each(['16.20.2', '18.20.8', '20.18.9'])('%s: refused before anything is read or written', async (node) => {
    const state = join(temporaryDirectory(), 'state');
    const env = { VIKTORIA_OPS_STATE_DIRECTORY: state };
    const { code, document } = await runJson(['alerts', 'silence', 'slow-*', '--for', '1h'], { node, env });
    expect(code).toBe(4);
    expect(document.error).toMatchObject({
      code: 'VOPS-TOOL-MISSING',
      message: `Node.js ${node} is too old: nothing was done`,
      hint: expect.stringContaining('install Node.js 20.19 or newer'),
    });
    expect(existsSync(state)).toBe(false);
  });

  test.each(['20.19.0', '22.0.0'])('%s: new enough', async (node) => {
    expect((await run(['version'], { node })).code).toBe(0);
  });

  test('the oldest is that of package.json', () => {
    const { engines } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
    expect(engines.node).toBe('>=20.19');
  });
});

test('options stand before or after the command', async () => {
  const [before, after] = [await run(['--json', 'version']), await run(['version', '-o', 'json'])];
  const steady = ({ stdout }: { stdout: string }) => ({ ...JSON.parse(stdout), startedAt: '', durationMs: 0 });
  expect(steady(before)).toEqual(steady(after));
});

test('one line for ndjson, bare records for plain', async () => {
  expect((await run(['version', '-o', 'ndjson'])).stdout.trim().split('\n')).toHaveLength(1);
  const { stdout } = await run(['help', 'exit-codes', '-o', 'plain']);
  expect(stdout.split('\n')[0]).toBe('0\tok\tdone; nothing at or above --fail-on (default: error)');
});

describe('completion', () => {
  const complete = async (words: string) => {
    const { stdout } = await run(['completion', 'bash']);
    const file = join(temporaryDirectory(), 'completion.bash');
    const typed = words.split(' ').map((word) => `'${word}'`);
    writeFileSync(
      file,
      `${stdout}\nCOMP_WORDS=(${typed.join(' ')}); COMP_CWORD=${typed.length - 1}; _viktoria_ops; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    return execFileSync('bash', [file], { encoding: 'utf8' }).trim().split('\n');
  };

  test.each([
    ['viktoria-ops he', ['health', 'help']],
    ['viktoria-ops config ', ['validate', 'show', 'backup', 'diff', 'audit', 'restore']],
    ['viktoria-ops maintenance daily --re', ['--resume']],
    ['viktoria-ops logs rotate --dry', ['--dry-run']],
    ['viktoria-ops --env production --config x.json hea', ['health']],
    ['viktoria-ops --env production db vac', ['vacuum']],
    ['viktoria-ops db vacuum --table jobs --dry', ['--dry-run']],
    ['viktoria-ops init templates systemd --dif', ['--diff']],
    ['viktoria-ops maintenance daily --only health --re', ['--resume']],
  ])('real bash completes "%s"', async (words, expected) => {
    expect(await complete(words)).toEqual(expected);
  });

  test('zsh: a file in fpath is read as the function itself, and completes at once; sourced, it says for what it is', async () => {
    const { stdout } = await run(['completion', 'zsh']);
    const [, asFunction, sourced] =
      /\nif \[\[ \$funcstack\[1\] == (.*) \]\]; then\n.*\nelse\n {2}(.*)\nfi\n$/.exec(stdout) ?? [];
    expect({ asFunction, sourced }).toEqual({
      asFunction: '_viktoria[-_]ops',
      sourced: 'compdef _viktoria_ops viktoria-ops',
    });
  });

  test.each(['zsh', 'fish'])('%s names every command', async (shell) => {
    const { stdout } = await run(['completion', shell]);
    for (const name of [...Object.keys(groups), 'health', 'doctor']) expect(stdout).toContain(name);
  });
});
