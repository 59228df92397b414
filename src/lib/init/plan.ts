/** `init`: the chosen templates as files, filled for this installation. What people changed is never overwritten silently. */
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { OperatorError, systemCode } from '../errors.js';
import { fileError } from '../files/index.js';
import { findProgram } from '../process/index.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { suggest } from '../suggest.js';
import { differences } from './differences.js';
import type { Installation, Template } from './template.js';
import { templates } from './templates/index.js';

export const InitFlags = z.object({
  names: z.array(z.string()).default([]),
  outputDir: z.string().min(1).default('operations'),
  list: z.boolean().default(false),
  diff: z.boolean().default(false),
  force: z.boolean().default(false),
});
export type InitFlags = z.output<typeof InitFlags>;

const ACTIONS = ['create', 'change', 'keep', 'refuse'] as const;
export const InitResult = z.object({
  /** Where the files go; null for a list. */
  directory: z.string().nullable(),
  /** False for a list, a dry run and a diff. */
  isWritten: z.boolean(),
  templates: z.array(
    z.object({
      name: z.string(),
      summary: z.string(),
      /** The command that checks the files, in the directory `name`; null where there is none. */
      check: z.string().nullable(),
      next: z.array(z.string()),
    }),
  ),
  files: z.array(
    z.object({
      /** Below the directory. */
      path: z.string(),
      /** Where it belongs. */
      belongs: z.string(),
      /** As `ls` counts them: `0644`. */
      mode: z.string(),
      /** `refuse`: what is there differs, and nobody said that it may go. */
      action: z.enum(ACTIONS),
      /** From what is there to what would be written, as `diff -u` has it. */
      difference: z.array(z.string()),
      /** The content; empty where nothing is written. */
      text: z.string(),
    }),
  ),
});
export type InitResult = z.output<typeof InitResult>;
type PlannedFile = InitResult['files'][number];

type PlanContext = Pick<Context, 'config' | 'cwd' | 'env'>;

/**
 * Looks at what is there and says what would be written; without names, what there is to choose from.
 * Errors: `VOPS-USAGE` for an unknown name, `VOPS-CONFIG-INVALID`, `VOPS-FILE`.
 */
export async function planInit(context: PlanContext, flags: InitFlags): Promise<Outcome<InitResult>> {
  const chosen = flags.list || flags.names.length === 0 ? [] : flags.names.map(templateOf);
  if (chosen.length === 0)
    return conclude({ directory: null, isWritten: false, templates: described(templates), files: [] });
  const directory = resolve(context.cwd, flags.outputDir);
  const installation = await installationOf(context);
  const files: PlannedFile[] = [];
  for (const template of new Set(chosen)) {
    files.push(...(await planFiles(template, { installation, directory, flags })));
  }
  const findings = flags.diff ? [] : files.filter(({ action }) => action === 'refuse').map(refused);
  return conclude({ directory, isWritten: false, templates: described(chosen), files }, findings);
}

function templateOf(name: string): Template {
  const found = templates.find((template) => template.name === name);
  if (found) return found;
  const similar = suggest(
    name,
    templates.map((template) => template.name),
  );
  throw new OperatorError('VOPS-USAGE', `there is no template ${JSON.stringify(name)}`, {
    hint: similar === undefined ? 'what there is: viktoria-ops init --list' : `did you mean ${similar}?`,
  });
}

const described = (some: readonly Template[]): InitResult['templates'] =>
  some.map(({ name, summary, check, next }) => ({ name, summary, check: check ?? null, next: [...next] }));

/** Where scheduled runs look for their configuration when no file is in force. */
const SYSTEM_CONFIG = '/etc/viktoria-ops/config.yaml';
const USUAL_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

async function installationOf({ config, env }: Pick<Context, 'config' | 'env'>): Promise<Installation> {
  const loaded = await config();
  // npm puts it beside Node.js unless its prefix is another, and into node_modules/.bin of an application.
  const program = await findProgram('viktoria-ops', env.PATH);
  const own = [process.execPath, ...(program === undefined ? [] : [program])].map((file) => dirname(file));
  const unusual = new Set(own.filter((directory) => !USUAL_PATH.includes(directory)));
  return {
    config: loaded,
    configFile: loaded.file ?? SYSTEM_CONFIG,
    searchPath: [...unusual, ...USUAL_PATH].join(delimiter),
  };
}

interface Planning {
  readonly installation: Installation;
  readonly directory: string;
  readonly flags: InitFlags;
}

async function planFiles(template: Template, planning: Planning): Promise<PlannedFile[]> {
  const { installation, directory, flags } = planning;
  const planned: PlannedFile[] = [];
  for (const { path: below, belongs, text, mode = 0o644 } of await template.files(installation)) {
    const path = join(template.name, below);
    const current = await read(join(directory, path));
    const action = actionFor(current, text, flags.force);
    const isShown = flags.diff || action === 'refuse';
    const difference = isShown ? await differences({ path, from: current ?? '', to: text }) : [];
    planned.push({ path, belongs, mode: modeText(mode), action, difference, text: action === 'keep' ? '' : text });
  }
  return planned;
}

function actionFor(current: string | undefined, text: string, isForced: boolean): PlannedFile['action'] {
  if (current === undefined) return 'create';
  if (current === text) return 'keep';
  return isForced ? 'change' : 'refuse';
}

const modeText = (mode: number) => mode.toString(8).padStart(4, '0');

/** Undefined when there is no such file. */
async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError('read', path, error);
  });
}

const refused = ({ path }: PlannedFile): Finding => ({
  code: 'VOPS-INIT-CHANGED',
  severity: 'error',
  message: `${path} is there and differs: it is left as it is`,
  hint: 'take over what you need from the difference, or let it be replaced with --force, which keeps it as .bak',
});
