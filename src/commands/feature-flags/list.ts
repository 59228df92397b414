import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { describeAnswer, FlagList, listFlags } from '../../lib/flags/index.js';
import { countOf } from '../../lib/measures.js';
import { newTable } from './sample.js';

export default defineCommand({
  flags: z.object({}),
  result: FlagList,
  run: listFlags,
  summary: ({ flags }) => {
    const on = flags.filter(({ enabled }) => enabled).length;
    const shared = flags.filter(({ percentage }) => percentage !== null).length;
    return `${countOf(flags.length, 'flag')}: ${on} on for everybody, ${shared} for a share`;
  },
  view: ({ flags }, theme) => {
    if (flags.length === 0) return '';
    const rows = flags.map((flag) => [
      flag.name,
      describeAnswer(flag),
      flag.source,
      flag.owner,
      flag.expires,
      theme.count(flag.evaluations),
      theme.time(flag.lastEvaluation),
      flag.states.join(', '),
    ]);
    return theme.table(['flag', 'now', 'source', 'owner', 'expires', 'asked', 'last asked', 'problem'], rows);
  },
  spansEnvironments: true,
  examples: ['viktoria-ops feature-flags list', "viktoria-ops feature-flags list --json | jq '.result.flags[].name'"],
  sample: { flags: [{ ...newTable, usage: null, references: null }] },
});
