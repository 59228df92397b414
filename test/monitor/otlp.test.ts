import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { BUCKET_BOUNDS_SECONDS, createRecorder } from '../../src/lib/monitor/history/recorder.js';
import { createExporter, createPace, type OtlpOptions } from '../../src/lib/monitor/otlp/exporter.js';
import { metricsRequest } from '../../src/lib/monitor/otlp/payload.js';
import { sendMetrics } from '../../src/lib/monitor/otlp/send.js';
import { readOptions } from '../../src/lib/strapi/options.js';

/** The request as a receiver reads it: protobuf's JSON of ExportMetricsServiceRequest, nothing beside it. */
const Integer = z.string().regex(/^\d+$/);
const Attributes = z.array(
  z.strictObject({ key: z.string().min(1), value: z.strictObject({ stringValue: z.string() }) }),
);
const Point = z.strictObject({ attributes: Attributes, startTimeUnixNano: Integer, timeUnixNano: Integer });
const HistogramPoint = Point.extend({
  count: Integer,
  sum: z.number().min(0),
  bucketCounts: z.array(Integer),
  explicitBounds: z.array(z.number()),
});
const About = z.strictObject({ name: z.string().min(1), description: z.string(), unit: z.string() });
const Metric = z.union([
  About.extend({
    histogram: z.strictObject({ aggregationTemporality: z.literal(2), dataPoints: z.array(HistogramPoint).min(1) }),
  }),
  About.extend({
    sum: z.strictObject({
      aggregationTemporality: z.literal(2),
      isMonotonic: z.literal(true),
      dataPoints: z.array(Point.extend({ asInt: Integer })).min(1),
    }),
  }),
]);
const ExportRequest = z.strictObject({
  resourceMetrics: z
    .array(
      z.strictObject({
        resource: z.strictObject({ attributes: Attributes }),
        scopeMetrics: z
          .array(
            z.strictObject({
              scope: z.strictObject({ name: z.string(), version: z.string() }),
              metrics: z.array(Metric),
            }),
          )
          .length(1),
      }),
    )
    .length(1),
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A receiver on loopback that answers as it is told. */
async function receiver(answer: (response: ServerResponse, count: number) => void) {
  const received: Received[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    received.push({ url: request.url, headers: request.headers, body });
    server.emit('received');
    answer(response, received.length);
  };
  const server = createServer((request, response) => void take(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, received, next: () => once(server, 'received') };
}

const accept = (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end('{}');

function recorded(durationsMs: readonly number[] = [3, 30, 300, 30_000]) {
  const recorder = createRecorder({ instance: 'i' });
  const series = recorder.series({
    kind: 'hook',
    contentType: 'api::match.match',
    operation: 'afterUpdate',
    source: 'model',
  });
  for (const durationMs of durationsMs) {
    recorder.begin(series);
    recorder.record(series, { durationMs, ownMs: durationMs, outcome: 'failed', queries: 0, queryMs: 0 });
  }
  return recorder;
}

const ABOUT = { serviceName: 's', instance: 'i', serviceVersion: '1', environment: 'test', version: '0' };

function exporterFor(otlp: OtlpOptions, notices: string[] = []) {
  return createExporter({
    otlp,
    application: { version: '1.2.3', environment: 'test' },
    instance: 'host:1',
    version: '0.1.0',
    counters: recorded().counters,
    startedAt: Date.parse('2026-11-23T03:00:00Z'),
    onNotice: (message) => void notices.push(message),
  });
}

describe('what is exported', () => {
  test('has the shape of OTLP, with the resource and every figure', async () => {
    const { endpoint, received } = await receiver(accept);
    const exporter = exporterFor({ endpoint, headers: { authorization: 'Bearer x' }, serviceName: 'league' });
    exporter.start();
    await exporter.stop();
    expect(received).toHaveLength(1);
    expect(received[0]?.url).toBe('/v1/metrics');
    expect(received[0]?.headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer x' });
    const [of] = ExportRequest.parse(JSON.parse(received[0]?.body ?? '')).resourceMetrics;
    expect(Object.fromEntries(of?.resource.attributes.map(({ key, value }) => [key, value.stringValue]) ?? [])).toEqual(
      {
        'service.name': 'league',
        'service.instance.id': 'host:1',
        'service.version': '1.2.3',
        'deployment.environment.name': 'test',
      },
    );
    const metrics = of?.scopeMetrics[0]?.metrics ?? [];
    expect(metrics.map(({ name }) => name)).toEqual(['hook.execution.duration', 'hook.errors', 'hook.rejections']);
    const [durations, errors] = metrics;
    expect(durations).toMatchObject({
      unit: 's',
      histogram: {
        dataPoints: [
          {
            count: '4',
            sum: 30.333,
            bucketCounts: ['0', '1', '0', '0', '1', '0', '0', '1', '0', '0', '0', '0', '1'],
            explicitBounds: [...BUCKET_BOUNDS_SECONDS],
            startTimeUnixNano: '1795402800000000000',
          },
        ],
      },
    });
    expect(errors).toMatchObject({ sum: { dataPoints: [{ asInt: '4' }] } });
  });

  test('counts in the buckets are those of all runs', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 60_000, noNaN: true })), (durations) => {
        const moment = { startedAt: 1_000, now: 2_000 };
        const request = ExportRequest.parse(metricsRequest(recorded(durations).counters(), ABOUT, moment));
        const [metric] = request.resourceMetrics[0]?.scopeMetrics[0]?.metrics ?? [];
        if (metric === undefined || !('histogram' in metric)) throw new Error('no histogram');
        const [point] = metric.histogram.dataPoints;
        expect(point?.bucketCounts).toHaveLength(BUCKET_BOUNDS_SECONDS.length + 1);
        expect(point?.bucketCounts.reduce((sum, count) => sum + Number(count), 0)).toBe(durations.length);
      }),
    );
  });

  test('nothing counted is a request without metrics', () => {
    const request = ExportRequest.parse(metricsRequest([], ABOUT, { startedAt: 1, now: 2 }));
    expect(request.resourceMetrics[0]?.scopeMetrics[0]?.metrics).toEqual([]);
  });

  test('by itself, at every interval, until it is stopped', async () => {
    const { endpoint, received, next } = await receiver(accept);
    const exporter = exporterFor({ endpoint: `${endpoint}/otlp/`, intervalMs: 1_000 });
    exporter.start();
    exporter.start();
    await next();
    await next();
    await exporter.stop();
    const { length } = received;
    await exporter.stop();
    expect(received).toHaveLength(length);
    expect(received[0]?.url).toBe('/otlp/v1/metrics');
  });
});

describe('an answer is', () => {
  const send = (endpoint: string, timeoutMs = 5_000) => sendMetrics({ endpoint, headers: {}, timeoutMs }, {});
  const answering = (status: number, headers: Record<string, string>, body = '') =>
    receiver((response) => void response.writeHead(status, headers).end(body));

  test.each<[string, number, Record<string, string>, string, object]>([
    ['accepted', 200, {}, '{}', { outcome: 'accepted' }],
    ['accepted, though no JSON', 200, {}, '<html>', { outcome: 'accepted' }],
    ['accepted with a warning', 200, {}, '{"partialSuccess":{"errorMessage":"old"}}', { outcome: 'accepted' }],
    [
      'partial',
      200,
      {},
      '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too old"}}',
      { outcome: 'partial', reason: '3 data points were refused: too old' },
    ],
    ['not now, with a time', 429, { 'retry-after': '7' }, '', { outcome: 'retry', reason: 'HTTP 429', afterMs: 7_000 }],
    ['not now', 503, {}, '', { outcome: 'retry', reason: 'HTTP 503', afterMs: undefined }],
    [
      'not now, until a time gone by',
      503,
      { 'retry-after': 'Mon, 23 Nov 2020 03:00:00 GMT' },
      '',
      { outcome: 'retry' },
    ],
    ['not now, until nonsense', 502, { 'retry-after': 'soon' }, '', { outcome: 'retry', afterMs: undefined }],
    ['not like this', 400, {}, 'bad', { outcome: 'refused', reason: 'HTTP 400' }],
    ['not with this secret', 401, {}, '', { outcome: 'refused', reason: 'HTTP 401' }],
    ['not now: a redirect is not followed', 307, { location: 'http://127.0.0.1:1/' }, '', { outcome: 'retry' }],
  ])('%s', async (_, status, headers, body, expected) => {
    const { endpoint, received } = await answering(status, headers, body);
    expect(await send(endpoint)).toMatchObject(expected);
    expect(received).toHaveLength(1);
  });

  test('bounded: one without an end is not read to it', async () => {
    const { endpoint } = await receiver((response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      };
      response.writeHead(200).on('drain', more);
      more();
    });
    expect(await send(endpoint)).toEqual({ outcome: 'accepted' });
  });

  test('asked for with the user and password of the address, as curl sends them', async () => {
    const { endpoint, received } = await answering(200, {});
    expect(await send(endpoint.replace('//', '//8%3A1:pass%40word@'))).toEqual({ outcome: 'accepted' });
    expect(received[0]).toMatchObject({
      url: '/v1/metrics',
      headers: { authorization: `Basic ${Buffer.from('8:1:pass@word').toString('base64')}` },
    });
  });

  test('not waited for longer than the timeout', async () => {
    const { endpoint } = await receiver(() => undefined);
    expect(await send(endpoint, 100)).toMatchObject({ outcome: 'retry', reason: 'no answer in time' });
  });

  test('none where nobody listens', async () => {
    expect(await send('http://127.0.0.1:1')).toMatchObject({ outcome: 'retry' });
  });
});

describe('while the receiver fails', () => {
  test('pauses grow, the time that was asked for is kept, and both are bounded', () => {
    const notices: string[] = [];
    const pace = createPace(60_000, (message) => void notices.push(message));
    const retry = (afterMs?: number) => pace.take({ outcome: 'retry', reason: 'HTTP 503', afterMs });
    const pauses = [undefined, undefined, undefined, 86_400_000].map((afterMs) => {
      retry(afterMs);
      return pace.pauseMs();
    });
    expect(pauses).toEqual([120_000, 240_000, 300_000, 300_000]);
    pace.take({ outcome: 'accepted' });
    expect(pace.pauseMs()).toBe(60_000);
    retry(200_000);
    expect(pace.pauseMs()).toBe(200_000);
    expect(notices).toEqual([
      'metrics are not exported: HTTP 503',
      'metrics are exported again',
      'metrics are not exported: HTTP 503',
    ]);
  });

  test('it is said once, without the header or the address, and the stop is not held up', async () => {
    const notices: string[] = [];
    const { endpoint } = await receiver(() => undefined);
    const exporter = exporterFor(
      { endpoint: `${endpoint}/secret-path`, headers: { authorization: 'Bearer s3cret' } },
      notices,
    );
    exporter.start();
    await exporter.stop();
    expect(notices.join()).not.toMatch(/s3cret|secret-path/);
  });
});

describe('options', () => {
  test('come with defaults', () => {
    expect(readOptions({ otlp: { endpoint: 'http://localhost:4318' } }, {}).otlp).toEqual({
      endpoint: 'http://localhost:4318',
      headers: {},
      intervalMs: 60_000,
      timeoutMs: 10_000,
    });
  });

  test.each([
    [{ endpoint: 'localhost:4318' }, 'otlp.endpoint: expected an http or https address'],
    [{ endpoint: 'http://x', intervalMs: 10 }, 'otlp.intervalMs'],
    [{ endpoint: 'http://x', token: 'y' }, 'otlp'],
  ])('%j is refused', (otlp, message) => {
    expect(() => readOptions({ otlp }, {})).toThrow(message);
  });
});
