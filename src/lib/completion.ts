/** Completion scripts made from the table of contents. Static text: nothing is run while the operator types. */
import * as z from 'zod';
import type { Command, CommandEntry, OptionText } from './command.js';
import { DRY_RUN_OPTION, GLOBAL_OPTIONS } from './global-options.js';
import { conclude, type Outcome } from './status.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
export const CompletionFlags = z.object({ shell: z.enum(SHELLS, `expected one of ${SHELLS.join(', ')}`) });
export const CompletionResult = z.strictObject({ shell: z.enum(SHELLS), script: z.string() });
export type CompletionResult = z.output<typeof CompletionResult>;

/** What can follow the words typed so far: `''` → commands, `db` → `health`, `db health` → its options. */
type Candidates = ReadonlyMap<string, readonly string[]>;

/** Writes the script for one shell. Loads every command once, for its options. */
export async function completionScript(
  entries: readonly CommandEntry[],
  { shell }: z.output<typeof CompletionFlags>,
): Promise<Outcome<CompletionResult>> {
  return conclude({ shell, script: SCRIPTS[shell](await collectCandidates(entries)) });
}

async function collectCandidates(entries: readonly CommandEntry[]): Promise<Candidates> {
  const candidates = new Map<string, string[]>();
  const add = (after: string, word: string) =>
    candidates.set(after, [...new Set([...(candidates.get(after) ?? []), word])]);
  for (const { path, alias, load } of entries) {
    const { default: command } = await load();
    const paths = [path, ...(alias === undefined ? [] : [path.replace(/\S+$/, alias)])];
    for (const words of paths.map((name) => name.split(' '))) {
      for (const [index, word] of words.entries()) add(words.slice(0, index).join(' '), word);
      for (const option of optionNames(command)) add(words.join(' '), option);
    }
  }
  return candidates;
}

function optionNames({ options = [], changes }: Command): string[] {
  const all: readonly OptionText[] = [...options, ...(changes ? [DRY_RUN_OPTION] : []), ...GLOBAL_OPTIONS];
  return [...all.flatMap(([flags]) => flags.match(/--[\w-]+/) ?? []), '--help'];
}

const cases = (candidates: Candidates, line: (after: string, words: readonly string[]) => string) =>
  [...candidates].map(([after, words]) => line(after, words)).join('\n');

/**
 * The words of the command, told from options, their values and operands by what commands there are: `--env production db`
 * is at `db`.
 */
const commandsOf = (candidates: Candidates, separator: string) =>
  [...candidates.keys()]
    .filter((path) => path !== '')
    .map((path) => `'${path}'`)
    .join(separator);

const bash = (candidates: Candidates) => `# viktoria-ops completion for bash: source <(viktoria-ops completion bash)
_viktoria_ops() {
  local word path='' candidates=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${commandsOf(candidates, '|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case $path in
${cases(candidates, (after, words) => `    '${after}') candidates='${words.join(' ')}' ;;`)}
  esac
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _viktoria_ops viktoria-ops
`;

const zsh = (candidates: Candidates) => `#compdef viktoria-ops
# viktoria-ops completion for zsh: source <(viktoria-ops completion zsh)
_viktoria_ops() {
  local word typed=''
  local -a candidates
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${typed:+$typed }$word" in
      ${commandsOf(candidates, '|')}) typed="\${typed:+$typed }$word" ;;
    esac
  done
  case "$typed" in
${cases(candidates, (after, words) => `    '${after}') candidates=(${words.join(' ')}) ;;`)}
  esac
  compadd -a candidates
}
if [[ $funcstack[1] == _viktoria[-_]ops ]]; then
  _viktoria_ops # found in fpath: zsh has read this file to complete now
else
  compdef _viktoria_ops viktoria-ops
fi
`;

const fish = (candidates: Candidates) => `# viktoria-ops completion for fish: viktoria-ops completion fish | source
function __viktoria_ops_candidates
  set -l typed
  for word in (commandline -opc)[2..]
    if contains -- (string join ' ' -- $typed $word) ${commandsOf(candidates, ' ')}
      set -a typed $word
    end
  end
  switch "$typed"
${cases(candidates, (after, words) => `    case '${after}'\n      string split ' ' -- '${words.join(' ')}'`)}
  end
end
complete -c viktoria-ops -f -a '(__viktoria_ops_candidates)'
`;

const SCRIPTS = { bash, zsh, fish } as const;
