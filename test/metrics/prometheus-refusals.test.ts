import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runJson, temporaryDirectory } from '../support/run.js';
import { serve } from '../support/stub-server.js';

const directory = temporaryDirectory();
const SECRET = 'canary-prometheus-5d1f';

/** `errors count` against something that answers so in the place of Prometheus. */
async function ask(answer: RequestListener, metrics: object = {}) {
  const seen: { headers: IncomingHttpHeaders; url: string | undefined; method: string | undefined }[] = [];
  const origin = await serve((request, response) => {
    const { headers, url, method } = request;
    seen.push({ headers, url, method });
    request.resume();
    answer(request, response);
  });
  const url = `${origin}/prometheus/`;
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify({ metrics: { source: 'prometheus', url, ...metrics } }), { mode: 0o600 });
  return { ...(await runJson(['errors', 'count', '--config', config])), seen };
}

const body = (status: number, text: string): RequestListener => {
  return (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(text);
};
const vector = (value: string) =>
  JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, value: [1, value] }] } });

describe('what stands in the place of Prometheus', () => {
  test.each([
    [401, '', 'VOPS-API-DENIED', 'refused us (401)'],
    [403, '', 'VOPS-API-DENIED', 'refused us (403)'],
    [404, '<html>', 'VOPS-API-UNEXPECTED', 'has no query API there (404)'],
    [429, '', 'VOPS-API-BUSY', 'limits our calls'],
    [302, '', 'VOPS-API-UNEXPECTED', '(302)'],
    [422, '{"status":"error","error":"query timed out"}', 'VOPS-API-UNEXPECTED', '(422): query timed out'],
    [500, 'oops', 'VOPS-API-UNEXPECTED', '(500)'],
    [503, '', 'VOPS-API-UNREACHABLE', 'is not available now (503)'],
    [200, '<html>', 'VOPS-API-UNEXPECTED', 'did not answer as expected'],
    [
      200,
      '{"status":"success","data":{"result":[{"metric":{},"value":["x",1]}]}}',
      'VOPS-API-UNEXPECTED',
      'as expected',
    ],
    [
      200,
      '{"status":"success","data":{"resultType":"vector","result":[]}}',
      'VOPS-METRICS-ABSENT',
      'has no process_start_time_seconds',
    ],
  ])('%d %s', async (status, text, code, message) => {
    const { document, code: exitCode } = await ask(body(status, text));
    expect(document.error).toMatchObject({ code, message: expect.stringContaining(message), hint: expect.any(String) });
    expect(exitCode).toBe(4);
  });

  test('silence ends with metrics.timeout', async () => {
    const { document } = await ask(() => undefined, { timeout: '100ms' });
    expect(document.error.code).toBe('VOPS-API-TIMEOUT');
  });

  test('nobody', async () => {
    const { document } = await ask(body(200, ''), { url: 'http://127.0.0.1:1' });
    expect(document.error).toMatchObject({
      code: 'VOPS-API-UNREACHABLE',
      message: expect.stringMatching(/^Prometheus: 127\.0\.0\.1:1 refused/),
    });
  });
});

describe('how it is asked', () => {
  test('by POST, below the path it has, with a token and a tenant', async () => {
    const { document, seen } = await ask(body(200, vector('3')), { token: SECRET, tenant: 'league' });
    expect(document.result.count).toBe(3);
    for (const { method, url, headers } of seen) {
      expect([method, url]).toEqual(['POST', '/prometheus/api/v1/query']);
      expect(headers).toMatchObject({ authorization: `Bearer ${SECRET}`, 'x-scope-orgid': 'league' });
    }
  });

  test('by name and password', async () => {
    const { seen } = await ask(body(200, vector('3')), { username: 'ops', password: SECRET });
    const expected = `Basic ${Buffer.from(`ops:${SECRET}`).toString('base64')}`;
    expect(seen.every(({ headers }) => headers.authorization === expected)).toBe(true);
  });

  test('a secret that comes back in a complaint is not shown', async () => {
    const complaint = JSON.stringify({ status: 'error', error: `no such token: ${SECRET}` });
    const { stdout, stderr } = await ask(body(400, complaint), { token: SECRET });
    expect(stdout + stderr).not.toContain(SECRET);
  });

  test('a warning of Thanos, as for a store that did not answer, is passed on', async () => {
    const partial = vector('3').replace('{"status"', '{"warnings":["store 2 is gone"],"status"');
    const { stderr } = await ask(body(200, partial));
    expect(stderr).toContain('store 2 is gone');
  });
});
