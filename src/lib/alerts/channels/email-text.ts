/** A message as mail: subject, text, HTML, and the headers by which mail programs sort it. */
import { describeMessage, type Message, plainText, type Section } from '../message/index.js';

export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly references?: string;
  readonly date: Date;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is sent twice has one Message-ID; all mail about one firing is one thread. */
export function composeMail(
  message: Message,
  { from, date }: { readonly from: string; readonly date: Date },
): MailContent {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const [only, ...others] = message.items;
  const thread = only && others.length === 0 ? threadOf(only) : undefined;
  return {
    subject: message.title,
    text: `${plainText(message).slice(2).join('\n')}\n`,
    html: html(message),
    messageId: `<${message.id}@${domain}>`,
    ...(thread === undefined ? {} : { references: `<${thread}@${domain}>` }),
    date,
    // RFC 3834: no holiday notes in return.
    headers: { 'Auto-Submitted': 'auto-generated', ...(message.severity === 'critical' ? { Importance: 'high' } : {}) },
  };
}

/** The name of an event is that of its episode with its kind behind it; only [a-z0-9-]. */
const threadOf = ({ latest: { id, kind } }: Message['items'][number]): string =>
  id.replace(new RegExp(`-${kind}(-\\d+)?$`), '');

function html(message: Message): string {
  const { sections, notes } = describeMessage(message);
  const body = [`<h2>${escapeHtml(message.title)}</h2>`, ...sections.map(sectionHtml), ...notes.map(paragraph)];
  return `<!doctype html><html><body style="font-family:sans-serif">\n${body.join('\n')}\n</body></html>\n`;
}

function sectionHtml({ label, rule, summary, facts }: Section): string {
  const rows = facts.map(([name, text]) => `<tr><td>${escapeHtml(name)}</td><td>${valueHtml(name, text)}</td></tr>`);
  const head = `<p><b>${escapeHtml(label)} ${escapeHtml(rule)}</b>: ${escapeHtml(summary)}</p>`;
  return `${head}\n<table cellpadding="3">${rows.join('')}</table>`;
}

function valueHtml(name: string, text: string): string {
  const escaped = escapeHtml(text);
  if (name === 'runbook' && /^https?:\/\//.test(text)) return `<a href="${escaped}">${escaped}</a>`;
  return name === 'silence' ? `<code>${escaped}</code>` : escaped;
}

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`;

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
