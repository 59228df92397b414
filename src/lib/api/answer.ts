/** Reads the body of an answer and checks it against the contract. */
import type * as z from 'zod';
import type { RouteDefinition } from '../contract/index.js';
import type { HttpAnswer } from './http.js';

export type Answer =
  | { readonly isValid: true; readonly value: unknown }
  | { readonly isValid: false; readonly problem: string };

/** The value of an answer, or what is wrong with it: its type, its JSON, or the first place where its shape differs. */
export function readAnswer(http: HttpAnswer, { response, contentType }: RouteDefinition): Answer {
  const isJson = contentType === undefined;
  const type = http.headers['content-type']?.replace(/;.*/, '').trim().toLowerCase() ?? '';
  if (isJson && !JSON_TYPES.test(type)) return wrong(`expected JSON, got ${type.slice(0, 80) || 'no content type'}`);
  const text = http.body.toString('utf8');
  const parsed = isJson ? parseJson(text) : { value: text };
  if (!parsed)
    return wrong(text.trim() === '' ? 'expected JSON, got an empty body' : 'expected JSON, got something else');
  const checked = response.safeParse(parsed.value);
  return checked.success ? { isValid: true, value: checked.data } : wrong(firstIssue(checked.error));
}

/** text/plain too: a bare integer is often served so. HTML is never an answer. */
const JSON_TYPES = /^(application\/([\w.-]+\+)?json|text\/plain)$/;

const wrong = (problem: string): Answer => ({ isValid: false, problem });

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined; // the parser quotes the text; the caller shows an excerpt instead
  }
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  const path = issue?.path.map(String).join('.').slice(0, 80);
  return `${path ? `at ${path}` : 'the whole answer'}: ${issue?.message}`;
}
