/** Calls a route that changes something in the running application: once, with the secret for actions. */
import type { Secret } from '../config/index.js';
import type { Context } from '../context.js';
import { type ActionResult, API_PREFIX, actionRoutes } from '../contract/index.js';
import { OperatorError } from '../errors.js';
import { readAnswer } from './answer.js';
import { request } from './http.js';
import { refusal } from './refusal.js';

export interface ActionCall {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly secret: Secret | undefined;
  readonly timeoutMs: number;
}

export interface PreparedCall {
  /** The request in words, without its secret. */
  readonly text: string;
  /** Errors: `VOPS-API-…`; `VOPS-SECRET-MISSING` without a secret. */
  readonly send: () => Promise<ActionResult>;
}

export async function callAction(
  { config, signal, redactor }: Pick<Context, 'config' | 'signal' | 'redactor'>,
  route: keyof typeof actionRoutes,
  { parameters, secret, timeoutMs }: ActionCall,
): Promise<PreparedCall> {
  const definition = actionRoutes[route];
  const url = new URL((await config()).app.url);
  url.pathname = url.pathname.replace(/\/+$/, '') + API_PREFIX + definition.path;
  const body = JSON.stringify(definition.parameters.parse(parameters));
  return {
    text: `${definition.method} ${url.origin}${url.pathname} ${body}`,
    async send() {
      if (secret === undefined) throw noSecret();
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret.reveal()}` };
      const http = await request({ method: 'POST', url, headers, body, timeoutMs, signal });
      if (http.status === 401 || http.status === 403) throw denied(http.status);
      const answer = http.status === 200 ? readAnswer(http, definition) : ({ isValid: false, problem: '' } as const);
      if (!answer.isValid) {
        const place = { definition, url, hasToken: true };
        throw refusal(http, place, { problem: answer.problem, redact: redactor.text });
      }
      return definition.response.parse(answer.value);
    },
  };
}

const HINT = 'HOOK_MONITORING_ACTIONS_SECRET of the backend, and automation.actions.enable_debug_logging.secret here';

const noSecret = () =>
  new OperatorError('VOPS-SECRET-MISSING', 'no secret for actions is configured', { hint: `set ${HINT}` });

const denied = (status: number) =>
  new OperatorError('VOPS-API-DENIED', `the backend refused the action (${status})`, { hint: `compare ${HINT}` });
