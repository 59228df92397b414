import { defineCommand } from '../lib/command.js';
import { CompletionFlags, CompletionResult, completionScript } from '../lib/completion.js';
import { commands } from './index.js';

export default defineCommand({
  operands: [['<shell>', 'bash, zsh or fish']],
  flags: CompletionFlags,
  result: CompletionResult,
  run: (_, flags) => completionScript(commands, flags),
  summary: ({ shell }) => `completion script for ${shell}`,
  view: ({ script }) => script,
  raw: true,
  examples: ['source <(viktoria-ops completion bash)', 'viktoria-ops completion zsh > ~/.zfunc/_viktoria-ops'],
  sample: { shell: 'bash', script: 'complete -F _viktoria_ops viktoria-ops\n' },
});
