import type { Format } from './format.js';
import type { Words } from './words/index.js';

/** How the page speaks to whoever looks at it. */
export interface View {
  readonly words: Words;
  readonly format: Format;
}
