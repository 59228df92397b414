/** Text from outside, made fit for one line of a message. */

/** One line without control characters, bidi overrides or other invisible marks; what is too long ends in `…`. */
export function oneLine(text: string, longest = 300): string {
  const line = text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Cs}]/gu, '')
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1).replace(/\p{Cs}$/u, '')}…` : line;
}

/** `2026-11-25 10:01:03 UTC` */
export const formatTime = (time: string): string => `${time.slice(0, 19).replace('T', ' ')} UTC`;
