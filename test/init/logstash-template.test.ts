/** What `init logstash` writes, on the lines that a backend really writes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { useInstallation } from '../support/backend.js';
import { type Event, filterEvent, type Pipeline, parsePipeline } from '../support/logstash.js';
import { run, temporaryDirectory } from '../support/run.js';

const installation = useInstallation();
const directory = temporaryDirectory();
const read = (path: string) => readFileSync(join(directory, 'logstash', path), 'utf8');
const received = (message: string): Event => ({ type: 'viktoria-hooks', message });

/** The guide's pipeline, as far as it is about parsing. */
const GUIDE = `
filter {
  if [type] == "viktoria-hooks" {
    json {
      source => "message"
    }
    date {
      match => [ "timestamp", "ISO8601" ]
    }
  }
}`;

let pipeline: Pipeline;
let lines: readonly string[];
beforeAll(async () => {
  await run(['init', 'logstash', '--config', installation.config, '--output-dir', directory]);
  pipeline = parsePipeline(read('viktoria.conf'));
  lines = readFileSync(join(installation.directory, 'backend/logs/backend.log'), 'utf8').trimEnd().split('\n');
});

describe('the pipeline', () => {
  test('reads the logs of this installation', () => {
    expect(pipeline.input).toMatchObject([
      { plugin: 'file', options: { path: join(installation.directory, 'backend/logs/*.log') } },
    ]);
    expect(pipeline.output).toMatchObject([{ options: { index: 'viktoria-hooks-%{+YYYY.MM.dd}' } }]);
  });

  test('every line the backend wrote has its level and its time; requests are told apart', () => {
    const events = lines.map((line) => filterEvent(pipeline, received(line)));
    expect(events.filter(({ tags }) => tags !== undefined)).toEqual([]);
    for (const event of events) {
      expect(event.level).toMatch(/^(http|error)$/);
      expect(event['@timestamp']).toMatch(/^\d{4}-.*Z$/);
      expect(event.level === 'http').toBe(event.http !== undefined);
    }
    expect(events.filter(({ level }) => level === 'http').length).toBeGreaterThan(50);
  });

  test.each([
    [
      '[2026-11-23 03:00:00.123] http: GET /api/teams?page=2 (12 ms) 200',
      { level: 'http', http: { method: 'GET', path: '/api/teams', query: '?page=2', durationMs: 12, status: 200 } },
    ],
    ['[2026-11-23 03:00:00.123] warn: disk', { level: 'warn', message: 'disk' }],
    ['    at Module._compile', { tags: ['_unrecognized'] }],
  ])('%s', (line, expected) => {
    expect(filterEvent(pipeline, received(line))).toMatchObject(expected);
  });

  test('the guide takes the same lines', () => {
    const guide = parsePipeline(GUIDE);
    for (const line of lines) {
      const event = filterEvent(guide, received(line));
      expect([event.tags, typeof event['@timestamp']]).toEqual([undefined, 'string']);
    }
  });
});

describe('Elasticsearch', () => {
  test('the index template has every field of these lines, and its lifecycle', () => {
    const { index_patterns, template } = JSON.parse(read('index-template.json'));
    expect(index_patterns).toEqual(['viktoria-hooks-*']);
    expect(template.settings['index.lifecycle.name']).toBe('viktoria-hooks');
    expect(JSON.parse(read('lifecycle.json')).policy.phases.delete.actions).toHaveProperty('delete');
    const fields = new Set(lines.flatMap((line) => Object.keys(filterEvent(pipeline, received(line)))));
    expect([...fields].filter((field) => !(field in template.mappings.properties))).toEqual([]);
  });
});
