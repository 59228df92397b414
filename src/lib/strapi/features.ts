/** Strapi's own feature switches (`config/features`): how often they are asked for. */
import type { Flags } from '../monitor/index.js';
import type { StrapiLike } from './shapes.js';

/** @returns the undo; undefined where they are not as we know them */
export function watchFeatures({ features }: StrapiLike, flags: Pick<Flags, 'counts'>): (() => void) | undefined {
  const asked = features?.isEnabled;
  if (!features || !asked) return undefined;
  const counting: typeof asked = (name) => {
    const isEnabled = asked.call(features, name);
    flags.counts.count(String(name), 'strapi', isEnabled === true);
    return isEnabled;
  };
  features.isEnabled = counting;
  return () => {
    if (features.isEnabled === counting) features.isEnabled = asked;
  };
}
