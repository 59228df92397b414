/** Every request from outside: those for monitoring are answered here, the others timed. */
import { API_PREFIX } from '../contract/index.js';
import type { ActiveClients, HttpMetrics, Monitor } from '../monitor/index.js';
import type { KoaContext, KoaMiddleware } from './shapes.js';

interface Watched {
  readonly http: HttpMetrics;
  readonly clients: ActiveClients;
  readonly pagePath: string;
}

/**
 * To be used in `register`, where it becomes the outermost middleware: monitoring then needs neither the router nor
 * Strapi's own authentication, which asks the database, and a status is final when `next` returns.
 */
export function watchRequests(
  { listener, page }: Pick<Monitor, 'listener' | 'page'>,
  { http, clients, pagePath }: Watched,
) {
  let watching = true;
  const middleware: KoaMiddleware = async (context, next) => {
    if (!watching) return next();
    if (context.path.startsWith(`${API_PREFIX}/`)) {
      context.respond = false;
      return listener(context.req, context.res);
    }
    if (context.path === pagePath || context.path.startsWith(`${pagePath}/`)) {
      context.respond = false;
      return page(context.req, context.res, pagePath);
    }
    const end = http.begin(context.method);
    try {
      return await next();
    } finally {
      clients.seen(context.ip ?? '');
      end({ route: routeOf(context), status: context.status });
    }
  };
  /** Koa has no way to take a middleware out: it steps aside. */
  return { middleware, stop: () => void (watching = false) };
}

/** Of the router's pattern, never of the path: a scan of a thousand paths is one route. */
const routeOf = ({ _matchedRoute: route }: KoaContext): string => (route === undefined ? 'unmatched' : String(route));
