/** Client of the hook-monitoring API. */
import type { RouteName, RouteParameters, RouteResponse } from '../contract/index.js';

/** Calls one route and returns its validated answer. Errors: `VOPS-API-…`. */
export type ApiCall = <Name extends RouteName>(
  route: Name,
  parameters?: RouteParameters<Name>,
) => Promise<RouteResponse<Name>>;
