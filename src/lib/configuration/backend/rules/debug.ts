/** What is meant for developers, where others can reach it. */
import { type BackendFacts, type Judgement, judge, risky, safe, unknown } from '../judgement.js';
import { valueAt } from '../value.js';

/** `.env` says development, and we were told production. */
export function nodeEnvironment({ env, nodeEnv }: BackendFacts): Judgement[] {
  const said = env?.values.get('NODE_ENV');
  const about = { place: '.env' };
  if (said === undefined) return [unknown('NODE_ENV', about)];
  if (said === nodeEnv || nodeEnv === 'development') return [safe('NODE_ENV', about)];
  const message = `NODE_ENV is not ${nodeEnv}, though this is that environment: errors are shown to users, nothing is cached`;
  return [risky('NODE_ENV', about, { what: 'NODE-ENV', message, hint: `set NODE_ENV=${nodeEnv}` })];
}

/** `strapi develop` lets whoever has the panel change content types, and restarts by itself. */
export function notInDevelopMode({ startScript, nodeEnv }: BackendFacts): Judgement[] {
  if (startScript === undefined || nodeEnv === 'development') return [];
  const [setting, about] = ['scripts.start', { place: 'package.json' }];
  if (!/\bstrapi\s+dev(?:elop)?\b/.test(startScript)) return [safe(setting, about)];
  const message = 'scripts.start runs strapi develop: content types can be changed, and the server restarts by itself';
  return [risky(setting, about, { what: 'DEVELOP-MODE', message, hint: 'use strapi start' })];
}

const VERBOSE = /^(?:debug|silly|trace|verbose)$/i;

export function logsNotVerbose({ env, settings, nodeEnv }: BackendFacts): Judgement[] {
  if (nodeEnv === 'development') return [];
  const hint = 'use info or http; viktoria-ops incidents can switch debug logging on for a while';
  const level = valueAt(settings, 'logger', 'level');
  const inLogger =
    level.kind === 'absent'
      ? []
      : [
          judge('logger.level', level, {
            isRisky: (value) => VERBOSE.test(String(value)),
            what: 'DEBUG',
            message: 'debug logging is on: the log grows, and holds what it should not',
            hint,
          }),
        ];
  const names = ['DEBUG', 'STRAPI_LOG_LEVEL', 'LOG_LEVEL'].filter((name) => env?.values.has(name));
  const inEnv = names.map((name) => {
    const value = env?.values.get(name) ?? '';
    const isVerbose = name === 'DEBUG' ? !/^(?:0|false|off)?$/i.test(value) : VERBOSE.test(value);
    if (!isVerbose) return safe(name, { place: '.env' });
    return risky(name, { place: '.env' }, { what: 'DEBUG', message: `${name} switches debug output on`, hint });
  });
  return [...inLogger, ...inEnv];
}

export function playgroundClosed({ settings, nodeEnv }: BackendFacts): Judgement[] {
  const graphql = valueAt(settings, 'plugins', 'graphql');
  if (graphql.kind === 'absent' || nodeEnv === 'development') return [];
  const rules = [
    ['playgroundAlways', 'the GraphQL playground is open to everybody'],
    ['landingPage', 'the GraphQL landing page is open to everybody'],
  ] as const;
  return rules.map(([key, message]) =>
    judge(`plugins.graphql.config.${key}`, valueAt(graphql, 'config', key), {
      isRisky: (value) => value === true,
      what: 'DEBUG',
      message,
      hint: `set ${key} to false`,
    }),
  );
}
