/** What the backend says to browsers and other programs. */
import { isLoopback } from '../../loopback.js';
import { type BackendFacts, type Judgement, judge, risky, safe, unknown } from '../judgement.js';
import { type Value, valueAt } from '../value.js';

/** The middleware of this name: its settings; `absent` where the list surely has none. */
function middleware({ settings }: BackendFacts, name: string): Value {
  const list = valueAt(settings, 'middlewares');
  if (list.kind !== 'list') return list.kind === 'absent' ? list : { kind: 'unknown', place: list.place };
  const isNamed = (item: Value) =>
    (item.kind === 'scalar' && item.value === name) ||
    scalarAt(item, 'name') === name ||
    scalarAt(item, 'resolve') === name;
  const found = list.items.find(isNamed);
  if (found?.kind === 'scalar') return { kind: 'object', entries: new Map(), isOpen: false, place: found.place };
  if (found) {
    const config = valueAt(found, 'config');
    return config.kind === 'absent'
      ? { kind: 'object', entries: new Map(), isOpen: false, place: found.place }
      : config;
  }
  const isSure = !list.isOpen && list.items.every(({ kind }) => kind !== 'unknown');
  return { kind: isSure ? 'absent' : 'unknown', place: list.place };
}

const scalarAt = (value: Value, key: string) => {
  const found = valueAt(value, key);
  return found.kind === 'scalar' ? found.value : undefined;
};

/** Strapi's own default is any origin. */
export function corsNamesOrigins(facts: BackendFacts): Judgement[] {
  const [setting, cors] = ['middlewares strapi::cors origin', middleware(facts, 'strapi::cors')];
  if (cors.kind === 'absent' || facts.nodeEnv === 'development') return [];
  const origin = valueAt(cors, 'origin');
  const about = origin.kind === 'absent' ? cors : origin;
  const risk = {
    what: 'CORS',
    message: `strapi::cors lets every site call the API${origin.kind === 'absent' ? ' (origin is not set, and its default is *)' : ''}`,
    hint: "name the sites: { name: 'strapi::cors', config: { origin: ['https://…'] } }",
  };
  if (origin.kind === 'list') {
    const isAny = origin.items.some((item) => item.kind === 'scalar' && item.value === '*');
    if (isAny) return [risky(setting, about, risk)];
    const isKnown = !origin.isOpen && origin.items.every(({ kind }) => kind === 'scalar');
    return [isKnown ? safe(setting, about) : unknown(setting, about)];
  }
  if (origin.kind === 'unknown' || cors.kind === 'unknown') return [unknown(setting, about)];
  const isAny =
    origin.kind === 'absent' || (origin.kind === 'scalar' && (origin.value === '*' || origin.value === true));
  return [isAny ? risky(setting, about, risk) : safe(setting, about)];
}

export function securityHeaders(facts: BackendFacts): Judgement[] {
  const [setting, security] = ['middlewares strapi::security', middleware(facts, 'strapi::security')];
  if (valueAt(facts.settings, 'middlewares').kind === 'absent') return []; // Strapi's own list has it
  const hint = "add 'strapi::security' to the list";
  if (security.kind === 'absent') {
    const message = 'strapi::security is not in the list: no security headers are sent';
    return [risky(setting, security, { what: 'NO-SECURITY-HEADERS', message, hint })];
  }
  return ['contentSecurityPolicy', 'frameguard', 'hsts'].map((key) =>
    judge(`${setting} ${key}`, valueAt(security, key), {
      isRisky: (value) => value === false,
      what: 'NO-SECURITY-HEADERS',
      message: `strapi::security sends no ${key}`,
      hint: `take ${key}: false out`,
    }),
  );
}

/** What the panel and mails link to: `http://` sends passwords in the clear. */
export function publicUrlOverTls({ settings, nodeEnv }: BackendFacts): Judgement[] {
  const [setting, url] = ['server.url', valueAt(settings, 'server', 'url')];
  if (url.kind === 'absent' || nodeEnv === 'development') return [];
  return [
    judge(setting, url, {
      isRisky: isPlainHttp,
      what: 'BACKEND-HTTP',
      message: 'server.url is http: passwords and tokens can be read on the way',
      hint: 'use https://, with TLS at the proxy in front',
    }),
  ];
}

function isPlainHttp(url: unknown): boolean {
  const text = String(url);
  return /^http:/i.test(text) && URL.canParse(text) && !isLoopback(new URL(text).hostname);
}

export function certificatesChecked({ env }: BackendFacts): Judgement[] {
  const value = env?.values.get('NODE_TLS_REJECT_UNAUTHORIZED');
  const [setting, about] = ['NODE_TLS_REJECT_UNAUTHORIZED', { place: '.env' }];
  if (value === undefined) return [];
  if (value !== '0') return [safe(setting, about)];
  const message = 'NODE_TLS_REJECT_UNAUTHORIZED=0: no certificate is checked, of no connection';
  const hint = 'take it out, and name the missing authority in NODE_EXTRA_CA_CERTS';
  return [risky(setting, about, { what: 'TLS-UNVERIFIED', severity: 'error', message, hint })];
}

/** Both are on by default; off, passwords can be tried without end. */
export function rateLimitsOn({ settings }: BackendFacts): Judgement[] {
  const limits = [
    ['admin.rateLimit.enabled', valueAt(settings, 'admin', 'rateLimit', 'enabled')],
    [
      'plugins.users-permissions.config.ratelimit.enabled',
      valueAt(settings, 'plugins', 'users-permissions', 'config', 'ratelimit', 'enabled'),
    ],
  ] as const;
  const set = limits.filter(([, value]) => value.kind !== 'absent');
  return set.map(([setting, value]) =>
    judge(setting, value, {
      isRisky: (enabled) => enabled === false,
      what: 'NO-RATE-LIMIT',
      message: `${setting} is false: passwords can be tried without end`,
      hint: 'set it to true',
    }),
  );
}
