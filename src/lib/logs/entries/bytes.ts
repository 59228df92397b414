/** What is asked of bytes over and over. */

export function startsWith(bytes: Uint8Array, start: number, what: Uint8Array): boolean {
  for (let at = 0; at < what.length; at++) {
    if (bytes[start + at] !== what[at]) return false;
  }
  return true;
}

/** Text of UTF-8; what is none becomes U+FFFD. */
export const decode = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
export const isCapital = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x41 && byte <= 0x5a;
