/** A message as plain text: for mail, and for logs. */
import { describeMessage, type Section } from './describe.js';
import type { Message } from './message.js';

/** The lines of a message, its title first. */
export function plainText(message: Message): readonly string[] {
  const { sections, notes } = describeMessage(message);
  return [
    message.title,
    ...sections.flatMap((section) => ['', ...linesOf(section)]),
    ...(notes.length > 0 ? [''] : []),
    ...notes,
  ];
}

function linesOf({ label, rule, summary, facts }: Section): readonly string[] {
  return [`${label} ${rule}: ${summary}`, ...facts.map(([name, text]) => `  ${name.padEnd(10)}${text}`)];
}
