/** Client of the hook-monitoring API. */
import type { ReadableName, RouteParameters, RouteResponse } from '../contract/index.js';

export interface ApiCallOptions {
  /** Told how long the exchange took that brought the answer: retries and parsing do not count. */
  readonly onDuration?: (durationMs: number) => void;
  /** Asks the application itself, also where figures come from elsewhere (`metrics.source`). */
  readonly isDirect?: true;
}

/** Calls one route and returns its validated answer. Errors: `VOPS-API-…`. */
export type ApiCall = <Name extends ReadableName>(
  route: Name,
  parameters?: RouteParameters<Name>,
  options?: ApiCallOptions,
) => Promise<RouteResponse<Name>>;
export { callAction } from './action.js';
