/** A message in Slack's mark-up. */
import { describeMessage, type Message, type Section } from '../message/index.js';

/** Below the 40,000 characters at which Slack cuts a text itself. */
const LONGEST = 39_000;

/** Escaping can make a text five times as long: then fewer alerts are told in full. */
export function slackText(message: Message, mostCharacters = 20_000): string {
  const { sections, notes } = describeMessage(message, mostCharacters);
  const parts = [`*${prose(message.title)}*`, ...sections.map(sectionText), ...notes.map(prose)];
  const text = parts.join('\n');
  return text.length > LONGEST && sections.length > 1 ? slackText(message, mostCharacters / 2) : text;
}

function sectionText({ label, rule, summary, facts }: Section): string {
  const lines = facts.map(([name, text]) => `> ${name}: ${name === 'runbook' ? link(text) : code(text)}`);
  return [`*${prose(label)}* ${code(rule)} ${code(summary)}`, ...lines].join('\n');
}

/** What people may click, if it is a web address. */
const link = (text: string): string => (/^https?:\/\/[^\s|<>]+$/.test(text) ? `<${inCode(text)}>` : code(text));

/** Nothing inside is taken for mark-up. */
const code = (text: string): string => `\`${inCode(text)}\``;

/** The three characters of Slack's control sequences, and the one that would end a code span. */
const inCode = (text: string): string => text.replace(/[&<>`]/g, (character) => ESCAPES[character] ?? '');

/** Outside of code spans, other characters begin a format too; they give way to their likenesses. */
const prose = (text: string): string => inCode(text).replaceAll('*', '\u2217').replaceAll('~', '\u223c');

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '`': "'" };
