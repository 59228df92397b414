/** What a route of the API is made of. */
import * as z from 'zod';

export interface RouteDefinition {
  readonly method: 'GET' | 'POST';
  /** Below API_PREFIX; `:name` is a path parameter. */
  readonly path: string;
  readonly summary: string;
  readonly parameters: z.ZodObject<Readonly<Record<string, z.ZodType<string | number | boolean | undefined>>>>;
  readonly response: z.ZodType;
  /** Content type of the answer; JSON unless said. */
  readonly contentType?: string;
  /** Statuses besides 200 that carry the response too. */
  readonly alsoAnswers?: readonly number[];
  /** A route the client may find missing without calling the backend broken. */
  readonly optional?: true;
  /** What a POST is sent, as JSON; its fields are parameters too. */
  readonly body?: true;
  /** Longest answer the client takes; 5 MB unless said. */
  readonly maxBytes?: number;
  /** The answer has no end. */
  readonly stream?: true;
  /** Which secret opens it: the monitoring secret unless said. */
  readonly secret?: 'actions';
}

/** Parameters of a route that takes none. */
export const none = z.object({});
/** `1h`, `24h`, `7d`: how far back, or how long. */
export const WindowText = z.string().regex(/^\d{1,4}[smhd]$/, 'expected a window such as 1h, 24h or 7d');
/** A stretch of time, ISO-8601. */
export const between = z.object({ from: z.iso.datetime().optional(), to: z.iso.datetime().optional() });
export const PositiveInteger = z.coerce.number().int().min(1).max(1000);
