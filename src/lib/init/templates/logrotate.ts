/** logrotate, instead of `logs rotate`. */
import { join } from 'node:path';
import { shellWord } from '../../shell-word.js';
import { fill, quoted } from '../fill.js';
import type { Installation, Template } from '../template.js';

const DAY_MS = 86_400_000;

export const logrotate: Template = {
  name: 'logrotate',
  summary: "rotation of the backend's logs by logrotate, instead of logs rotate",
  check: 'logrotate --debug viktoria-backend',
  next: [
    'install -m 644 logrotate/viktoria-backend /etc/logrotate.d/viktoria-backend',
    'one of the two: run the daily tier with --skip "logs rotate"',
  ],
  files: async ({ config: { logs } }) => [
    {
      path: 'viktoria-backend',
      belongs: '/etc/logrotate.d/viktoria-backend',
      text: await fill('logrotate/viktoria-backend', {
        files: quoted(join(logs.directory, logs.pattern)),
        size: String(logs.rotateAbove),
        days: String(Math.max(1, Math.ceil(logs.keepFor / DAY_MS))),
        opening: openingOf(logs),
      }),
    },
  ],
};

/** How the writer comes to the new file. */
function openingOf({ method, reopen }: Installation['config']['logs']): string {
  if (method === 'copytruncate') return '    copytruncate';
  const command = reopen && ('pidFile' in reopen ? signal(reopen) : reopen.command.map(shellWord).join(' '));
  return command === undefined ? '    nocreate' : `    nocreate\n    sharedscripts\n    postrotate\n        ${command}\n    endscript`;
}

const signal = ({ signal: name, pidFile }: { readonly signal: string; readonly pidFile: string }): string =>
  `kill -s ${name.replace('SIG', '')} "$(cat ${shellWord(pidFile)})"`;

/** logrotate hands the script to a shell. */