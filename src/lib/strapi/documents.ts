/** Actions of the Document Service: what users did. Draft & Publish turns one of them into several hooks. */
import type { Instruments } from '../monitor/index.js';
import type { DocumentContext, DocumentMiddleware, StrapiLike } from './shapes.js';

type Next = () => Promise<unknown>;

/** @returns the undo: the middleware steps aside; undefined where this Strapi has no Document Service */
export function watchDocuments({ documents }: StrapiLike, { recorder, tracer }: Instruments): (() => void) | undefined {
  if (!documents?.use) return undefined;
  let watching = true;
  const wrappers = new Map<string, (next: Next) => Promise<unknown>>();
  const wrapperOf = ({ uid, action }: DocumentContext) => {
    const key = `${uid} ${action}`;
    const found = wrappers.get(key);
    if (found) return found;
    const series = recorder.series({ kind: 'document', contentType: uid, operation: action, source: 'documents' });
    const made = tracer.wrap(((next: Next) => next()) as never, series) as (next: Next) => Promise<unknown>;
    wrappers.set(key, made);
    return made;
  };
  const middleware: DocumentMiddleware = (context, next) =>
    watching && context.uid.startsWith('api::') ? wrapperOf(context)(next) : next();
  documents.use(middleware);
  return () => {
    watching = false;
  };
}
