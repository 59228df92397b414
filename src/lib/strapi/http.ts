/** Every request from outside: those for monitoring are answered here, the others timed. */
import { API_PREFIX } from '../contract/index.js';
import type { ActiveClients, HttpMetrics, Monitor } from '../monitor/index.js';
import type { KoaContext, KoaMiddleware } from './shapes.js';

/**
 * To be used in `register`, where it becomes the outermost middleware: monitoring then needs neither the router nor
 * Strapi's own authentication, which asks the database, and a status is final when `next` returns.
 */
export function watchRequests(monitor: Pick<Monitor, 'listener'>, metrics: HttpMetrics, clients: ActiveClients) {
  let watching = true;
  const middleware: KoaMiddleware = async (context, next) => {
    if (!watching) return next();
    if (context.path.startsWith(`${API_PREFIX}/`)) {
      context.respond = false;
      return monitor.listener(context.req, context.res);
    }
    const end = metrics.begin(context.method);
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
