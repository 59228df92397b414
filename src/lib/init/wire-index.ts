/** The three lines in an application's `src/index`. Pure. */

export type Language = 'ts' | 'js';

/** The file with the lines in it; `wired` when it has them, `custom` when it is not for us to change. */
export type Wiring = { readonly text: string } | 'wired' | 'custom';

const CALLS = {
  register: 'hookMonitoring.register({ strapi });',
  bootstrap: 'hookMonitoring.bootstrap({ strapi });',
  destroy: 'return hookMonitoring.destroy({ strapi });',
} as const;

/** `register(/* … *\/) {}` as `create-strapi` writes it: a method with nothing in it. */
const empty = (name: string) => new RegExp(`^( *)(?:async )?${name}\\((?:/\\*.*?\\*/)?\\) *\\{\\s*\\},?\\n`, 'ms');

/** @param text undefined when there is no such file */
export function wireIndex(text: string | undefined, language: Language): Wiring {
  if (text === undefined) return { text: freshIndex(language) };
  if (text.includes('viktoria-ops/strapi')) return 'wired';
  const isScaffold = [empty('register'), empty('bootstrap')].every((pattern) => pattern.test(text));
  if (!isScaffold || /\bdestroy\b/.test(text)) return 'custom';
  const wired = text
    .replace(empty('register'), (_found, indent: string) => method('register', { language, indent }))
    .replace(empty('bootstrap'), (_found, indent: string) =>
      [method('bootstrap', { language, indent }), method('destroy', { language, indent })].join('\n'),
    );
  return { text: withImport(wired, language) };
}

/** What to add by hand, as lines of text. */
export const linesToAdd = (language: Language): string[] => [
  importOf(language),
  ...Object.entries(CALLS).map(([name, call]) => `in ${name}({ strapi }): ${call}`),
];

const importOf = (language: Language): string =>
  language === 'ts'
    ? "import * as hookMonitoring from 'viktoria-ops/strapi';"
    : "const hookMonitoring = require('viktoria-ops/strapi');";

interface Style {
  readonly language: Language;
  readonly indent: string;
}

function method(name: keyof typeof CALLS, { language, indent }: Style): string {
  const parameter = language === 'ts' ? '{ strapi }: { strapi: object }' : '{ strapi }';
  return `${indent}${name}(${parameter}) {\n${indent}  ${CALLS[name]}\n${indent}},\n`;
}

function withImport(text: string, language: Language): string {
  const strict = /^(['"])use strict\1;?\n/.exec(text)?.[0] ?? '';
  return `${strict}${strict && '\n'}${importOf(language)}\n${text.slice(strict.length)}`;
}

function freshIndex(language: Language): string {
  const methods = (['register', 'bootstrap', 'destroy'] as const).map((name) =>
    method(name, { language, indent: '  ' }),
  );
  const start = language === 'ts' ? 'export default {' : 'module.exports = {';
  return `${importOf(language)}\n\n${start}\n${methods.join('\n')}};\n`;
}
