// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references look like placeholders on purpose
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/lib/config/index.js';
import { ConfigSections } from '../../src/lib/config/schema.js';
import { secretsAt } from '../../src/lib/config/schema-at.js';
import { withValue } from '../../src/lib/config/tree.js';
import { createRedactor } from '../../src/lib/redact.js';
import { temporaryDirectory } from '../support/run.js';

const directory = temporaryDirectory();
const smtp = { host: 'localhost', port: 25 };

async function load(channels: object, env: Readonly<Record<string, string>> = {}) {
  const config = join(directory, 'config.json');
  await writeFile(config, JSON.stringify({ alerting: { channels } }, null, 2));
  await chmod(config, 0o600);
  const redactor = createRedactor();
  const loaded = await loadConfig({ flags: { config }, env, cwd: directory, redactor });
  return { channels: loaded.alerting?.channels, loaded, redactor };
}

test('a name that is a type needs no type; another name does; what is common has its defaults', async () => {
  const { channels } = await load({
    slack: { webhook: 'https://hooks.example/x', fallback: 'night-shift' },
    'night-shift': {
      type: 'email',
      smtp,
      recipients: ['ops@example.org'],
      from: 'alerts@example.org',
      minSeverity: 'critical',
    },
    stdout: {},
  });
  expect(channels?.slack).toMatchObject({
    type: 'slack',
    minSeverity: 'info',
    timeout: 10_000,
    sendResolved: true,
    fallback: 'night-shift',
  });
  expect(channels?.['night-shift']).toMatchObject({
    type: 'email',
    smtp: { ...smtp, requireTls: true },
    minSeverity: 'critical',
  });
  expect(channels?.stdout).toMatchObject({ type: 'stdout' });
});

describe('slips are errors with their line', () => {
  test.each<[string, object, RegExp]>([
    [
      'a slip in a key',
      { slack: { webhok: 'https://hooks.example/x' } },
      /channels\.slack\.webhok: unknown key; did you mean "webhook"\?/,
    ],
    [
      'one of a named channel',
      { ops: { type: 'webhook', url: 'https://a.example', secert: 'x' } },
      /ops\.secert: unknown key; did you mean "secret"\?/,
    ],
    [
      'no type',
      { ops: { url: 'https://a.example' } },
      /:4:\d+ alerting\.channels\.ops\.type: a channel of another name than its type needs a "type": one of slack, email/,
    ],
    ['an unknown type', { ops: { type: 'pager' } }, /ops\.type: a channel of another name/],
    ['another type than the name says', { slack: { type: 'email' } }, /slack\.type: expected slack/],
    [
      'a fallback that is not there',
      { slack: { webhook: 'https://a.example', fallback: 'mail' } },
      /slack\.fallback: there is no channel "mail"/,
    ],
    ['itself as fallback', { stdout: { fallback: 'stdout' } }, /a channel cannot stand in for itself/],
    ['a name that is no file name', { '../x': { type: 'stdout' } }, /not a valid name/],
    ['no sender', { email: { smtp, recipients: ['a@b.example'] } }, /email\.from: missing; expected a mail address/],
    [
      'a recipient with a header in it',
      { email: { smtp, recipients: ['a@b.example\r\nBcc: c@d.example'], from: 'a@b.example' } },
      /recipients\.0.*expected a mail address|recipients\[0\].*expected a mail address/,
    ],
    ['no address', { alertmanager: { urls: [] } }, /urls: must have at least 1/],
  ])('%s', async (_, channels, message) => {
    await expect(load(channels)).rejects.toMatchObject({
      code: 'VOPS-CONFIG-INVALID',
      message: expect.stringMatching(message),
    });
  });
});

test('secrets are known by their path, whatever the name of the channel, and never shown', async () => {
  const paths = [
    'slack.webhook',
    'email.smtp.auth.pass',
    'webhook.headers.authorization',
    'pagerduty.routingKey',
    'ops.secret',
    'ops.headers.x',
    'ops.routingKey',
  ];
  const secretsOf = (path: string) => {
    const value = withValue({}, ['alerting', 'channels', ...path.split('.')], 'x');
    return secretsAt(ConfigSections, { path: [], value }).map((leaf) => leaf.path.slice(2).join('.'));
  };
  for (const path of paths) expect(secretsOf(path)).toEqual([path]);
  expect(secretsOf('slack.channel')).toEqual([]);
  const { loaded, redactor } = await load(
    {
      ops: { type: 'webhook', url: '${env:HOOK}', headers: { 'X-Key': 'canary-header' }, secret: 'canary-hmac' },
      pagerduty: { routingKey: 'canary-route' },
    },
    { HOOK: 'https://a.example/canary-url' },
  );
  expect(JSON.stringify(loaded)).not.toContain('canary');
  expect(redactor.text('canary-header canary-hmac canary-route https://a.example/canary-url')).not.toContain('canary');
});
