/** The hook-monitoring API, answered from Prometheus where the answer is made of metrics. */
import type { ApiCall } from '../../api/index.js';
import { routes } from '../../contract/index.js';
import { answers } from './answers/index.js';
import { createInquirer, type InquiryOptions } from './inquiry.js';

/**
 * Calls routes as the API's client does. What is no metric (the application's own health, texts of errors, flags, changes)
 * is asked of `application`. How long an answer took is told of the application's only.
 * Errors: `VOPS-API-…`; `VOPS-METRICS-ABSENT` where nothing of the application is scraped.
 */
export function createPrometheusCall(options: InquiryOptions, application: ApiCall): ApiCall {
  const inquire = createInquirer(options);
  const call = async (...[route, parameters, callOptions]: Parameters<ApiCall>) => {
    const answer = answers[route];
    if (answer === undefined || callOptions?.isDirect) return application(route, parameters, callOptions);
    return answer(inquire(), routes[route].parameters.parse(parameters ?? {}));
  };
  return call as ApiCall; // each answer is typed by its own route in answers/index.ts
}
