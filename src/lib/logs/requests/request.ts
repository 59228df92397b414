/** A request as a log of any format tells of it. */
export interface AccessRequest {
  /** Milliseconds since the epoch; NaN where the line has none. */
  readonly time: number;
  /** IP address of the client; null where the log does not say, as Strapi's own. */
  readonly address: string | null;
  readonly method: string;
  /** As it was asked for, without the query. */
  readonly path: string;
  readonly status: number;
  /** Host, and port where it is not the usual one, of the page that sent it: its `Origin` or `Referer`. */
  readonly site: string | null;
}
