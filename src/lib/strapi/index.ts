/**
 * Hook monitoring in a Strapi 5 application. Three lines in `src/index.ts`, each in the function of its name:
 *
 *     import * as hookMonitoring from 'viktoria-ops/strapi';
 *     register({ strapi }) { hookMonitoring.register({ strapi }); }
 *     bootstrap({ strapi }) { hookMonitoring.bootstrap({ strapi }); }
 *     destroy({ strapi }) { return hookMonitoring.destroy({ strapi }); }
 *
 * or none: where the package is a dependency of the application, Strapi finds it as the plugin `hook-monitoring`.
 */
import {
  countProvider,
  type FlagQuestion,
  openFeatureProvider,
  type QueueSource,
  type WatchedProvider,
} from '../monitor/index.js';
import { type Installation, install } from './installation.js';
import { readOptions } from './options.js';
import type { StrapiLike } from './shapes.js';

export {
  type FlagQuestion,
  fromBullmq,
  type OpenFeatureProvider,
  type QueueReading,
  type QueueSource,
} from '../monitor/index.js';
export type { MonitoringOptions } from './options.js';
export type { StrapiLike } from './shapes.js';

/** Kept on the instance and not in this module: a process may hold several instances, and several copies of this package. */
const INSTALLED = Symbol.for('viktoria-ops.hook-monitoring');

interface Given {
  /** Strapi's own type has far more; what we use of it is looked at when it is used. */
  readonly strapi: object;
}
type Carrier = StrapiLike & { [INSTALLED]?: Installation | undefined };
const carrierOf = ({ strapi }: Given): Carrier => strapi as Carrier;

/**
 * To be called in `register`. The plugin and the three lines may meet: the later call counts when it brings options.
 * @param options see `MonitoringOptions`; else what `config/plugins` says of `hook-monitoring`
 * @throws Error when the options are not valid; nothing else stops the application
 */
export function register(given: Given, options?: object): void {
  const strapi = carrierOf(given);
  if (strapi[INSTALLED] && !options) return;
  void strapi[INSTALLED]?.stop();
  const valid = readOptions(options ?? strapi.config.get('plugin::hook-monitoring', {}), process.env);
  try {
    strapi[INSTALLED] = install(strapi, valid);
  } catch (error) {
    strapi.log.warn(`hook-monitoring is off: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** To be called in `bootstrap`: from here on hooks are timed and history is written. */
export function bootstrap(given: Given): void {
  carrierOf(given)[INSTALLED]?.start();
}

/** To be called in `destroy`: writes what waits, for two seconds at most, and takes everything out again. */
export async function destroy(given: Given): Promise<void> {
  const strapi = carrierOf(given);
  const installed = strapi[INSTALLED];
  strapi[INSTALLED] = undefined;
  await installed?.stop();
}

/**
 * Adds a source of background jobs to `/jobs`; to be called in `bootstrap` or later.
 * @returns the undo
 */
export function registerQueueSource(given: Given, source: QueueSource): () => void {
  return carrierOf(given)[INSTALLED]?.monitor.queues.register(source) ?? (() => undefined);
}

/**
 * Adds a cache to those that `POST /actions/clear-caches` clears.
 * @returns the undo
 */
export function registerCache(given: Given, name: string, clear: () => unknown): () => void {
  const caches = carrierOf(given)[INSTALLED]?.caches;
  caches?.set(name, clear);
  return () => void caches?.delete(name);
}

/** Feature flags of `config/feature-flags.json` in the Strapi of this process. */
export const flags = {
  /** Answers at once and never throws; the default (false unless said) before Strapi is there. */
  isEnabled: (name: string, question: FlagQuestion = {}): boolean =>
    running()?.monitor.flags.isEnabled(name, question) ?? question.default ?? false,
  /** The flags as a provider of OpenFeature. */
  provider: () =>
    openFeatureProvider({ isEnabled: flags.isEnabled, usage: () => running()?.monitor.flags.usage() ?? [] }),
  /** A provider of OpenFeature that the application has, its boolean decisions counted. */
  count: <Provider extends WatchedProvider>(provider: Provider): Provider => {
    const counts = running()?.monitor.flags.counts;
    return counts ? countProvider(provider, counts) : provider;
  },
} as const;

/** Strapi keeps its instance as a global. */
const running = (): Installation | undefined => {
  const { strapi } = globalThis as { strapi?: Carrier };
  return strapi?.[INSTALLED];
};
