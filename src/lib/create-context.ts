/** Builds the context of one command. Nothing is loaded, opened or searched before a command asks for it. */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { ApiCall } from './api/index.js';
import type { Config } from './config/index.js';
import { APPLICATION_NAME_PREFIX, type ConnectionChoice, type Context, type Log, type Progress } from './context.js';
import { createExecute } from './process/execute.js';
import type { Redactor } from './redact.js';

export interface ContextOptions {
  /** Path of the command, such as `db health`: the database server shows it as ours. */
  readonly command: string;
  readonly env: Context['env'];
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  readonly interactive: boolean;
  readonly configFlags: { readonly config?: string | undefined; readonly env?: string | undefined };
  readonly log: Log;
  readonly progress: Progress;
  readonly emit: Context['emit'];
  readonly screen: Context['screen'];
  readonly redactor: Redactor;
  /** Where the configuration comes from; default: found and read as the flags say. */
  readonly load?: (redactor: Redactor) => Promise<Config>;
}

export interface OwnedContext {
  readonly context: Context;
  readonly dispose: () => Promise<void>;
  /** Name of the configuration's environment; undefined when the command never read the configuration. */
  readonly environment: () => string | undefined;
}

export function createContext(options: ContextOptions): OwnedContext {
  const closers: (() => Promise<void> | void)[] = [];
  let environment: string | undefined;
  const shared: Shared = {
    ...options,
    runId: randomBytes(4).toString('hex'),
    now: () => new Date(),
    elapsed: () => performance.now(),
    load: async () => {
      const loaded = await loadConfiguration(options);
      environment = loaded.environment;
      return loaded;
    },
    onDispose: (close: () => Promise<void> | void) => void closers.push(close),
  };
  return {
    context: configured(shared, options.signal),
    dispose: () => closeAll(closers, options.log),
    environment: () => environment,
  };
}

type Shared = Omit<ContextOptions, 'load'> &
  Pick<Context, 'runId' | 'now' | 'elapsed' | 'onDispose'> & { readonly load: () => Promise<Config> };
type Configured = Shared & Pick<Context, 'config' | 'state'>;

/** With a configuration that is read on first use, and then stays. */
function configured(shared: Shared, signal: AbortSignal): Context {
  const config = once(shared.load);
  return underSignal({ ...shared, config, state: once(() => prepareState(config)) }, signal);
}

/** The members that depend on the signal, bound to this one. */
function underSignal(shared: Configured, signal: AbortSignal): Context {
  setMaxListeners(0, signal); // every call in flight listens; ten is no limit that means anything here
  const apiCall = once(() => apiCallOf(shared, signal));
  return {
    ...shared,
    signal,
    exec: createExecute({ env: shared.env, signal }),
    api: async (route, ...rest) => (await apiCall())(route, ...rest),
    pg: async (use, choice) => {
      const { withDatabase } = await import('./pg/connect.js');
      return withDatabase(await connectionOf(shared, signal, choice), use);
    },
    maintenance: async (use, choice) => {
      const { withMaintenanceSession } = await import('./pg/maintenance.js');
      return withMaintenanceSession(await connectionOf(shared, signal, choice), use);
    },
    fork: (other) => underSignal(shared, other),
    renew: () => configured(shared, signal),
  };
}

/** The application, or Prometheus before it: whoever calls need not know. */
async function apiCallOf(shared: Configured, signal: AbortSignal): Promise<ApiCall> {
  const { createApiCall } = await import('./api/client.js');
  const options = { ...shared, config: await shared.config(), signal };
  if (options.config.metrics.source === 'api') return createApiCall(options);
  const { createPrometheusCall } = await import('./metrics/prometheus/index.js');
  return createPrometheusCall(options, createApiCall(options));
}

async function connectionOf(
  { command, runId, config, env }: Configured,
  signal: AbortSignal,
  choice: ConnectionChoice | undefined,
) {
  const { chosenSettings } = await import('./pg/direct.js');
  const applicationName = `${APPLICATION_NAME_PREFIX}${command}:${runId}`;
  const { ownSearchPath } = choice ?? {};
  const settings = chosenSettings((await config()).database, choice);
  return { config: settings, env, applicationName, signal, ...(ownSearchPath && { ownSearchPath }) };
}

function once<T>(build: () => Promise<T>): () => Promise<T> {
  let built: Promise<T> | undefined;
  return () => (built ??= build());
}

async function loadConfiguration({ configFlags, env, cwd, redactor, log, load }: ContextOptions): Promise<Config> {
  const config = load
    ? await load(redactor)
    : await (await import('./config/load.js')).loadConfig({ flags: configFlags, env, cwd, redactor });
  for (const { message, hint } of config.warnings) log.warn(hint ? `${message}. Hint: ${hint}` : message);
  return config;
}

async function prepareState(config: () => Promise<Config>): Promise<string> {
  const { ensurePrivateDirectory } = await import('./files/index.js');
  const { stateDirectory } = await config();
  await ensurePrivateDirectory(stateDirectory);
  return stateDirectory;
}

/** Every closer runs, whatever the others do. */
async function closeAll(closers: (() => Promise<void> | void)[], log: Log): Promise<void> {
  for (const close of closers.reverse()) {
    try {
      await close();
    } catch (error) {
      log.warn(`clean-up failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
