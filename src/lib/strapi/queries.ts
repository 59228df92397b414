/** SQL of the application, as knex announces it: how many statements a hook sends, and how long they take. */
import type { Tracer } from '../monitor/index.js';
import type { KnexLike } from './shapes.js';

interface Query {
  readonly __knexQueryUid?: string;
}

/** Statements under way at most; one that is never answered must not be remembered for ever. */
const UNDER_WAY = 10_000;

/** @returns the undo */
export function watchQueries(connection: KnexLike, tracer: Tracer): () => void {
  const endOf = new Map<string, () => void>();
  const onStart = ({ __knexQueryUid: id }: Query) => {
    const end = id && tracer.startQuery();
    if (!id || !end) return;
    if (endOf.size >= UNDER_WAY) endOf.clear();
    endOf.set(id, end);
  };
  const onEnd = ({ __knexQueryUid: id = '' }: Query) => {
    endOf.get(id)?.();
    endOf.delete(id);
  };
  const listeners = {
    query: onStart,
    'query-response': (_response: unknown, query: Query) => onEnd(query),
    'query-error': (_error: unknown, query: Query) => onEnd(query),
  } as const;
  for (const [event, listener] of Object.entries(listeners)) connection.on(event, listener as never);
  return () => {
    for (const [event, listener] of Object.entries(listeners)) connection.removeListener?.(event, listener as never);
  };
}
