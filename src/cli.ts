/** argv → command → exit code. The only importer of commander. */
import { CommanderError, Command as Program } from 'commander';
import { commands, groups } from './commands/index.js';
import type { Command, CommandEntry, OptionText } from './lib/command.js';
import { EXIT_CODES, OperatorError } from './lib/errors.js';
import { DRY_RUN_OPTION, GLOBAL_OPTIONS } from './lib/global-options.js';
import type { Invocation, World } from './lib/invoke.js';
import { packageVersion } from './lib/package.js';
import { suggest } from './lib/suggest.js';
import { createOutput } from './lib/terminal/io.js';

const HELP_WIDTH = 80;

/** What the command line asked for: text (help, version), or a command. */
type Request = string | Pick<Invocation, 'path' | 'command' | 'options'>;

/** Runs one command line and resolves to its exit code. `world` is `process`, or a stand-in of a test. */
export async function main(argv: readonly string[], world: World): Promise<number> {
  const stdout = createOutput(world.stdout, 'stdout');
  const stderr = createOutput(world.stderr, 'stderr');
  try {
    const request = await parse(normalise(argv));
    if (typeof request !== 'string') {
      const { invoke } = await import('./lib/invoke.js');
      return await invoke({ ...request, world, stdout, stderr });
    }
    await stdout.write(request);
    return stdout.failure() ? 1 : 0;
  } catch (error) {
    const { refuse } = await import('./lib/invoke.js');
    return await refuse(error, { argv, world, stdout, stderr });
  } finally {
    stdout.close();
    stderr.close();
  }
}

/** `help db health` is `db health --help`; nothing at all is `--help`. */
function normalise(argv: readonly string[]): readonly string[] {
  if (argv.length === 0) return ['--help'];
  const [first, ...rest] = argv;
  const isTopic = commands.some(({ path }) => path === `help ${rest[0]}`);
  return first === 'help' && !isTopic ? [...rest, '--help'] : argv;
}

async function parse(argv: readonly string[]): Promise<Request> {
  let text = '';
  let chosen: Exclude<Request, string> | undefined;
  const program = buildProgram(entriesFor(argv), (request) => {
    chosen = request;
  });
  const keepText = (command: Program): void => {
    command.exitOverride().configureOutput({
      writeOut: (part) => {
        text += part;
      },
      writeErr: () => {},
      getOutHelpWidth: () => HELP_WIDTH,
    });
    command.commands.forEach(keepText);
  };
  keepText(program);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error);
  }
  return chosen ?? text;
}

/** Where the first word is that of a command or a group, the others need not be built: that takes 3 ms. */
function entriesFor([first]: readonly string[]): readonly CommandEntry[] {
  const named = commands.filter(({ path }) => path.split(' ', 1)[0] === first);
  return named.length > 0 ? named : commands;
}

function buildProgram(
  entries: readonly CommandEntry[],
  onChosen: (request: Exclude<Request, string>) => void,
): Program {
  const program = new Program('viktoria-ops')
    .description('Operations toolkit for a Strapi 5 + PostgreSQL backend.')
    .version(packageVersion(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', examplesText(['viktoria-ops health', 'viktoria-ops maintenance daily --dry-run']));
  addOptions(program, GLOBAL_OPTIONS);
  const leaves = new Map<Program, CommandEntry>();
  for (const entry of entries) {
    const words = entry.path.split(' ');
    const parent = groupOf(program, words.slice(0, -1));
    const leaf = parent.command(String(words.at(-1)), { isDefault: entry.isDefault ?? false });
    if (entry.alias !== undefined) leaf.alias(entry.alias);
    leaves.set(leaf.description(entry.summary), entry);
  }
  const loadLeaf = async (_: Program, leaf: Program) => {
    const entry = leaves.get(leaf);
    if (!entry) return;
    const { parseWithoutCodeGeneration } = await import('./lib/parsing.js');
    parseWithoutCodeGeneration();
    const { default: command } = await entry.load();
    completeLeaf(leaf, command);
    leaf.allowExcessArguments().action(() => {
      refuseExcess(leaf);
      onChosen({ path: entry.path, command, options: { ...leaf.optsWithGlobals(), ...operandsOf(leaf) } });
    });
  };
  for (const parent of [program, ...groupsBelow(program, leaves)]) parent.hook('preSubcommand', loadLeaf);
  return program;
}

/** The group of these words, made where it is not there yet. */
function groupOf(program: Program, words: readonly string[]): Program {
  let parent = program;
  for (const [index, name] of words.entries()) {
    const found = parent.commands.find((command) => command.name() === name);
    const description = groups[words.slice(0, index + 1).join(' ')] ?? '';
    parent = found ?? parent.command(name).description(description).helpCommand(false);
  }
  return parent;
}

const groupsBelow = (parent: Program, leaves: ReadonlyMap<Program, unknown>): readonly Program[] =>
  parent.commands.filter((command) => !leaves.has(command)).flatMap((group) => [group, ...groupsBelow(group, leaves)]);

function addOptions(command: Program, options: readonly OptionText[]): void {
  for (const [flags, description] of options) {
    if (flags.includes('--verbose'))
      command.option(flags, description, (_, count: number | undefined) => (count ?? 0) + 1);
    else command.option(flags, description);
  }
}

/** What a leaf needs beyond its name: added when the leaf is about to parse, from its module. */
function completeLeaf(leaf: Program, command: Command): void {
  for (const [name, description] of command.operands ?? []) leaf.argument(name, description);
  addOptions(leaf, command.options ?? []);
  if (command.changes) addOptions(leaf, [DRY_RUN_OPTION]);
  leaf.addHelpText('after', examplesText(command.examples));
}

/** A default command also gets what was meant as the name of its sibling: `errors recnt`. */
function refuseExcess(leaf: Program): void {
  if (leaf.registeredArguments.at(-1)?.variadic) return;
  const unexpected = leaf.args[leaf.registeredArguments.length];
  if (unexpected === undefined) return;
  const similar = suggest(unexpected, leaf.parent?.commands.map((command) => command.name()) ?? []);
  const hint = similar ? `did you mean ${similar}?` : 'add --help to see what the command takes';
  throw new OperatorError('VOPS-USAGE', `unexpected argument '${unexpected}'`, { hint });
}

/** Operands by their bare name: `<name>` and `[name]` become `name`; `[names...]` takes all that is left. */
function operandsOf(leaf: Program): Record<string, unknown> {
  return Object.fromEntries(
    leaf.registeredArguments.flatMap((operand, index) => {
      const value = operand.variadic ? leaf.args.slice(index) : leaf.args[index];
      return value === undefined ? [] : [[operand.name(), value]];
    }),
  );
}

function examplesText(examples: readonly string[]): string {
  const codes = EXIT_CODES.map(({ code, name }) => `${code} ${name}`);
  const lines = [codes.slice(0, 6), codes.slice(6)].map((part) => `  ${part.join(', ')}`);
  const shown = examples.map((example) => `  $ ${example}`);
  return ['', 'Examples:', ...shown, '', 'Exit codes (details: viktoria-ops help exit-codes):', ...lines].join('\n');
}

/** commander's words without its prefix; its suggestion, where it has one, is the hint. */
function usageError(error: CommanderError): OperatorError {
  if (error.code === 'commander.help') {
    return new OperatorError('VOPS-USAGE', 'a subcommand is missing', { hint: 'add --help to see the subcommands' });
  }
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'add --help to see what the command takes';
  return new OperatorError('VOPS-USAGE', message, { hint });
}
