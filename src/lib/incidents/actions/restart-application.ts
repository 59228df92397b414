/** Restarts the backend through whatever runs it. */
import { access, open } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import * as z from 'zod';
import type { Config } from '../../config/index.js';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { runsDirectory } from '../directories.js';
import { type Action, commonSettings, remedySettings } from './action.js';

/** A name that no program takes for an option. */
const Name = z.string().regex(/^[\w@.:][\w@.:-]*$/, 'expected a name');

const Command = z
  .array(z.string().refine((argument) => !argument.includes('\0'), 'expected text without NUL'))
  .min(1)
  .refine(([program = '']) => isAbsolute(program), 'expected the absolute path of a program first');

const settings = z.lazy(() =>
  z
    .strictObject({
      ...commonSettings({ mode: 'approve', timeout: '90s', maxPerHalfHour: 2, maxPerDay: 4 }),
      ...remedySettings('2m'),
      /** What runs the backend: `systemd` unit, `pm2` name (of the daemon of `PM2_HOME`), `docker` container, or a `command` with its arguments. */
      target: z
        .union([
          z.strictObject({ systemd: Name }),
          z.strictObject({ pm2: Name }),
          z.strictObject({ docker: Name }),
          z.strictObject({ command: Command }),
        ])
        .optional(),
      /** Not while one of these files is there, such as the lock of a deployment. */
      unlessExists: z.array(z.string().refine(isAbsolute, 'expected an absolute path')).default([]),
    })
    .prefault({}),
);
type Settings = z.output<typeof settings>;

export const restartApplication: Action<Settings> = {
  name: 'restart_application',
  class: 'disruptive',
  isRepeatable: false,
  settings,
  obstacle: async ({ context, settings }) =>
    (await obstacleOf(await context.config(), settings)) ?? databaseObstacle(context),
  async prepare({ context, settings, stepId }) {
    const argv = await resolveTarget(settings.target, context.env.PATH);
    return {
      doing: [argv.join(' ')],
      async apply() {
        const log = join(runsDirectory(await context.state()), `${stepId}.log`);
        await runProgram(context, argv, { log, timeoutMs: settings.timeout });
        return { outcome: `restarted; what it said: ${log}` };
      },
    };
  },
};

interface ProgramOptions {
  readonly log: string;
  readonly timeoutMs: number;
}

/** Into a file, for the backend may be a child of the program, and hold its output open for good. */
async function runProgram(
  context: Pick<Context, 'env' | 'signal'>,
  argv: readonly [string, ...string[]],
  { log, timeoutMs }: ProgramOptions,
): Promise<void> {
  const { launch } = await import('../../process/index.js');
  const { fileError } = await import('../../files/index.js');
  const output = await open(log, 'a', 0o600).catch((error: unknown) => {
    throw fileError('write', log, error);
  });
  try {
    await launch(context, { argv, output, timeoutMs });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw new OperatorError(error.code, error.message, { hint: `what it said: ${log}` });
  } finally {
    await output.close();
  }
}

/** What must not be cut short, or be cut off from the application. */
async function obstacleOf(
  { stateDirectory, backup }: Pick<Config, 'stateDirectory' | 'backup'>,
  { unlessExists }: Settings,
): Promise<string | undefined> {
  const { isLocked } = await import('../../process/index.js');
  if (await isLocked(join(stateDirectory, 'lock'))) return 'a maintenance tier is running';
  if (await isLocked(join(stateDirectory, 'restore.lock'))) return 'a restore is running';
  const { isBackupRunning } = await import('../../backup/index.js');
  if (await isBackupRunning(backup.directory)) return 'a backup is running';
  for (const path of unlessExists) if (await exists(path)) return `${path} is there`;
  return undefined;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** An application that waits for its database does so after a restart, too. */
async function databaseObstacle({ pg }: Pick<Context, 'pg'>): Promise<string | undefined> {
  try {
    await pg(async () => undefined);
    return undefined;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return `the database does not answer, so a restart cannot help: ${error.message}`;
  }
}

/** Where the system's own programs are; looked at before PATH. */
const SYSTEM_PATH = '/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin';

async function resolveTarget(
  target: Settings['target'],
  path: string | undefined,
): Promise<readonly [string, ...string[]]> {
  if (target === undefined) {
    throw new OperatorError('VOPS-CONFIG-INVALID', 'nothing says what runs the backend', {
      hint: 'set automation.actions.restart_application.target: {systemd: …}, {pm2: …}, {docker: …} or {command: […]}',
    });
  }
  if ('command' in target) {
    const [program = '', ...args] = target.command;
    return [program, ...args];
  }
  const [name, args] = invocationOf(target);
  const { findProgram } = await import('../../process/index.js');
  const program = await findProgram(name, [SYSTEM_PATH, path].join(':'));
  if (program !== undefined) return [program, ...args];
  throw new OperatorError('VOPS-TOOL-MISSING', `${name} is not installed, or not in PATH`, {
    hint: 'name the program itself: automation.actions.restart_application.target {command: ["/path/to/it", …]}',
  });
}

type Managed = Exclude<NonNullable<Settings['target']>, { readonly command: unknown }>;

function invocationOf(target: Managed): readonly [string, readonly string[]] {
  if ('systemd' in target) return ['systemctl', ['restart', '--', target.systemd]];
  if ('pm2' in target) return ['pm2', ['restart', target.pm2]];
  return ['docker', ['restart', target.docker]];
}
