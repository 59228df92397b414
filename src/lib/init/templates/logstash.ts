/** Logstash and Elasticsearch: the backend's logs, parsed and kept for a month. */
import { join } from 'node:path';
import { fill, quoted } from '../fill.js';
import type { Template } from '../template.js';

export const logstash: Template = {
  name: 'logstash',
  summary: "a pipeline for the backend's logs, and index template and lifecycle of Elasticsearch",
  check: 'logstash --config.test_and_exit --path.config viktoria.conf',
  next: [
    'curl -X PUT localhost:9200/_ilm/policy/viktoria-hooks -H "Content-Type: application/json" -d @logstash/lifecycle.json',
    'curl -X PUT localhost:9200/_index_template/viktoria-hooks -H "Content-Type: application/json" -d @logstash/index-template.json',
    'install -m 644 logstash/viktoria.conf /etc/logstash/conf.d/viktoria.conf && systemctl restart logstash',
  ],
  files: async ({ config: { logs } }) => [
    {
      path: 'viktoria.conf',
      belongs: '/etc/logstash/conf.d/viktoria.conf',
      text: await fill('logstash/viktoria.conf', { files: quoted(join(logs.directory, logs.pattern)) }),
    },
    {
      path: 'index-template.json',
      belongs: 'PUT /_index_template/viktoria-hooks',
      text: await fill('logstash/index-template.json'),
    },
    {
      path: 'lifecycle.json',
      belongs: 'PUT /_ilm/policy/viktoria-hooks',
      text: await fill('logstash/lifecycle.json'),
    },
  ],
};
