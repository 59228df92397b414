/** Takes out of log lines what tells who somebody is, or lets one in. Passwords and keys the redactor of all output knows. */

const ALWAYS: readonly (readonly [RegExp, string])[] = [
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '<email>'],
  // JSON Web Tokens: two parts of base64url JSON and a signature.
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?/g, '<token>'],
  [/\b(?:sk|pk|ghp|gho|xox[abp]|AKIA)[-_]?[A-Za-z0-9_-]{16,}/g, '<token>'],
  [/\b[0-9a-f]{64,}\b/gi, '<token>'],
];

const ADDRESSES: readonly (readonly [RegExp, string])[] = [
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '<ip>'],
  [/(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}(?![\w:])/gi, '<ip>'],
];

/** A function that redacts text; `addresses` also those of the internet protocol. */
export function createRedaction({ addresses }: { readonly addresses: boolean }): (text: string) => string {
  const patterns = addresses ? [...ALWAYS, ...ADDRESSES] : ALWAYS;
  return (text) => patterns.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}
