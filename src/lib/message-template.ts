/** What messages of one cause have in common: the message without its values. Used by everything that groups messages. */

/** In this order: an address or an identifier is full of digits, and a quoted text may hold all of them. */
const VALUES: readonly (readonly [RegExp, string])[] = [
  [/"[^"]*"|'[^'\s]*'|`[^`]*`|„[^“„]*“/g, '"…"'],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '<email>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [/\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b/gi, '<hex>'],
  // Strapi's document ids (24 lower-case letters and digits) and everything else too long and too mixed for a word.
  [/\b(?=[a-z_]*\d)(?=\d*[a-z])\w{16,}\b/gi, '<id>'],
  [/\d+(?:[.,:]\d+)*/g, '#'],
];

/** The message with `#` for numbers, `<id>`, `<hex>` and `<email>` for those, and `"…"` for quoted text. */
export function templateOf(message: string): string {
  let template = message;
  for (const [value, placeholder] of VALUES) template = template.replace(value, placeholder);
  return template;
}
