/** The page in every language it speaks: a word that one of them lacks does not compile. */
import { DE } from './de.js';
import { EN, type Words } from './en.js';

export type { Words } from './en.js';

export const WORDS = { en: EN, de: DE } as const satisfies Record<string, Words>;
export type Language = keyof typeof WORDS;
