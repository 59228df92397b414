// Writes what is generated in README.md and docs/ between its markers, from the code itself. --check only compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { commands } from '../.build/src/commands/index.js';
import { channelSettings } from '../.build/src/lib/alerts/channels/index.js';
import { defaultRules } from '../.build/src/lib/alerts/default-rules/index.js';
import { ConfigFile, ConfigSections } from '../.build/src/lib/config/schema.js';
import { API_PREFIX, routes } from '../.build/src/lib/contract/index.js';
import { ERROR_CODES, EXIT_CODES } from '../.build/src/lib/errors.js';
import { GLOBAL_OPTIONS } from '../.build/src/lib/global-options.js';
import { templates } from '../.build/src/lib/init/templates/index.js';
import { metrics } from '../.build/src/lib/metrics/index.js';
import { writeDuration } from '../.build/src/lib/units.js';

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const code = (text) => `\`${text}\``;

const loaded = await Promise.all(commands.map(async (entry) => ({ ...entry, command: (await entry.load()).default })));

const sections = {
  commands: () =>
    table(
      ['command', 'what it does'],
      commands.map(({ path, alias, summary, isDefault }) => {
        const other = isDefault ? path.split(' ')[0] : alias && path.replace(/\S+$/, alias);
        return [other ? `${code(path)} (also ${code(other)})` : code(path), summary];
      }),
    ),
  'exit-codes': () =>
    table(
      ['exit', 'name', 'meaning'],
      EXIT_CODES.map(({ code: exit, name, meaning }) => [exit, name, meaning]),
    ),
  templates: () =>
    table(
      ['template', 'what it is', 'checked by'],
      templates.map(({ name, summary, check }) => [code(name), summary, check ? code(check) : '']),
    ),
  'error-codes': () =>
    table(
      ['code', 'exit'],
      Object.entries(ERROR_CODES).map(([error, exit]) => [code(error), exit]),
    ),
  'command-reference': () =>
    [
      '## Options of every command',
      table(
        ['option', 'meaning'],
        GLOBAL_OPTIONS.map(([flags, text]) => [code(flags), text]),
      ),
      ...loaded.map(reference),
    ].join('\n\n'),
  configuration: () => table(['key', 'type', 'default', 'meaning'], configurationRows()),
  metrics: () =>
    table(
      ['metric', 'what it is', 'meaning'],
      [...metrics.values()].map(({ path, type, unit, words, description }) => [
        code(path),
        words?.map(code).join(', ') ?? (type === 'number' ? UNITS[unit] : type),
        description,
      ]),
    ),
  'default-rules': () =>
    table(
      ['rule', 'severity', 'condition', 'quiet while one of these fires'],
      defaultRules(ConfigSections.parse({})).map(({ name, severity, condition, inhibitedBy = [] }) => [
        `[${name}](runbook.md#${name})`,
        severity,
        code(condition),
        inhibitedBy.join(', '),
      ]),
    ),
  routes: () =>
    table(
      ['route', 'what it answers'],
      Object.values(routes).map(({ method, path, summary }) => [code(`${method} ${API_PREFIX}${path}`), summary]),
    ),
};

// What every type of channel takes stands there once.
const COMMON = 'alerting.channels.*.';
const TYPES = { enum: Object.keys(channelSettings) };

const UNITS = {
  ms: 'milliseconds',
  s: 'seconds',
  fraction: 'share, 0..1',
  count: 'count',
  bytes: 'bytes',
  perMinute: 'per minute',
  none: 'number',
};

function reference({ path, summary, command }) {
  const operands = (command.operands ?? []).map(([text]) => ` ${text}`).join('');
  const options = [
    ...(command.operands ?? []),
    ...(command.options ?? []),
    ...(command.changes ? [['--dry-run', 'show what would be done and change nothing']] : []),
  ];
  return [
    `## ${path}`,
    `${summary[0].toUpperCase()}${summary.slice(1)}.`,
    `    viktoria-ops ${path}${operands}`,
    ...(options.length > 0
      ? [
          table(
            ['option', 'meaning'],
            options.map(([flags, text]) => [code(flags), text]),
          ),
        ]
      : []),
    ...(command.spansEnvironments ? ['With `--env all` in every environment at once.'] : []),
    ['Examples:', '', ...command.examples.map((example) => `    ${example}`)].join('\n'),
  ].join('\n\n');
}

function configurationRows() {
  const rows = [];
  const meanings = readMeanings();
  const walk = (node, path, fallback) => {
    const common = /^alerting\.channels\.\w+\.(minSeverity|fallback|timeout|sendResolved|type)$/.exec(path);
    if (common) return walk(common[1] === 'type' ? TYPES : node, COMMON + common[1], undefined);
    const { properties, items, default: own } = node;
    const value = own ?? fallback;
    if (properties) {
      for (const [key, child] of Object.entries(properties)) walk(child, path ? `${path}.${key}` : key, value?.[key]);
      return;
    }
    if (items?.properties) return walk(items, `${path}[]`, undefined);
    const shown = value === undefined ? '' : code(written(value, node));
    // A level (warning, critical, target) is explained by what it is a level of.
    const meaning = [path, path.replace(/\.\w+$/, ''), ofAnyAction(path), ofHere(path)]
      .map((known) => meanings.get(known))
      .find(Boolean);
    if (!meaning) throw new Error(`${path} has no comment of one line above it, or its section is not in this file`);
    rows.push([code(path), typeOf(node), shown, meaning]);
  };
  // Of what is transformed zod leaves out the default: it need not be what a file would say.
  const withDefault = ({ zodSchema, jsonSchema }) => {
    if (zodSchema instanceof z.ZodDefault) jsonSchema.default ??= zodSchema.def.defaultValue;
  };
  walk(z.toJSONSchema(ConfigFile, { io: 'input', unrepresentable: 'any', override: withDefault }), '', undefined);
  return [...new Map(rows.map((row) => [row[0], row])).values()];
}

// A number where a text is expected is a duration in milliseconds.
function written(value, { type, anyOf }) {
  const isDuration = typeof value === 'number' && (type === 'string' || anyOf?.some((form) => form.type === 'string'));
  if (isDuration) return writeDuration(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// Settings that every action has are explained once.
const ofAnyAction = (path) => path.replace(/^(automation\.actions)\.\w+/, '$1.*');

// A bucket keeps backups by the same rules.
const ofHere = (path) => path.replace('backup.remote.retention', 'backup.retention');

// What a key means is said once, in the comment above it: `.describe()` would cost every start a clone of each schema.
function readMeanings() {
  const sections = {
    App: 'app.',
    Database: 'database.',
    DatabaseThresholds: 'database.thresholds.',
    DatabaseMaintenance: 'database.maintenance.',
    HealthLevels: 'health.',
    Kpis: 'kpis.',
    satisfaction: 'kpis.userSatisfaction.',
    Maintenance: 'maintenance.',
    Logs: 'logs.',
    Backup: 'backup.',
    Metrics: 'metrics.',
    Capacity: 'capacity.',
    FeatureFlags: 'featureFlags.',
    Dependencies: 'deps.',
    Allowed: 'deps.allow[].',
    Files: 'backup.files.',
    Retention: 'backup.retention.',
    Encryption: 'backup.encryption.',
    Remote: 'backup.remote.',
    Integrity: 'integrity.',
    Security: 'security.',
    AccessLog: 'security.accessLog.',
    Accounts: 'security.accounts.',
    Docs: 'docs.',
    Monitoring: 'monitoring.',
    Alerting: 'alerting.',
    Incident: 'incidents[].',
    Automation: 'automation.',
    AlertRule: 'alerting.rules[].',
    Escalation: 'alerting.rules[].escalate.',
    Slo: 'alerting.slo.',
    MaintenanceWindow: 'alerting.maintenanceWindows[].',
    Performance: 'performance.',
    LoadTest: 'performance.loadTest.',
    sections: '',
    ConfigFile: '',
    common: COMMON,
    typed: COMMON,
    Configuration: 'configuration.',
    Smtp: 'alerting.channels.email.smtp.',
    Auth: 'alerting.channels.email.smtp.auth.',
  };
  const meanings = new Map();
  const config = [
    'schema',
    'kpis',
    'database-thresholds',
    'database-maintenance',
    'health-levels',
    'backup',
    'capacity',
    'metrics',
    'performance',
    'feature-flags',
    'dependencies',
    'alerting',
    'integrity',
    'incidents',
    'security',
    'docs',
    'monitoring',
    'configuration',
  ];
  for (const name of config) readComments(`src/lib/config/${name}.ts`, sections, meanings);
  for (const name of ['index', ...Object.keys(channelSettings)]) {
    const own = { ...sections, settings: `alerting.channels.${name}.` };
    readComments(`src/lib/alerts/channels/${name}.ts`, own, meanings);
  }
  const every = { commonSettings: 'automation.actions.*.', remedySettings: 'automation.actions.*.' };
  readComments('src/lib/incidents/actions/action.ts', every, meanings);
  for (const file of readdirSync('src/lib/incidents/actions')) {
    const names =
      file === 'notify.ts' ? ['notify_team', 'notify_dba_team'] : [file.replace('.ts', '').replaceAll('-', '_')];
    for (const name of names) {
      readComments(`src/lib/incidents/actions/${file}`, { settings: `automation.actions.${name}.` }, meanings);
    }
  }
  return meanings;
}

function readComments(file, sections, meanings) {
  let section;
  const found = readFileSync(file, 'utf8').matchAll(/^(?:export )?const (\w+) =|\/\*\* (.+) \*\/\n +(\w+):/gm);
  for (const [, constant, comment, key] of found) {
    if (constant) section = sections[constant];
    else if (section !== undefined) meanings.set(section + key, comment);
  }
}

function typeOf({ type, enum: values, const: value, anyOf, items, properties }) {
  if (value !== undefined) return code(value);
  if (values) return values.map((value) => code(value)).join(', ');
  if (anyOf) return anyOf.map(typeOf).join(' or ');
  if (properties) return `{ ${Object.keys(properties).join(', ')} }`;
  if (type === 'array') return `list of ${typeOf(items)}`;
  return type ?? 'any';
}

let drifted = false;
for (const file of [
  'README.md',
  'docs/commands.md',
  'docs/configuration.md',
  'docs/api.md',
  'docs/alerts.md',
  'docs/templates.md',
]) {
  const text = readFileSync(file, 'utf8');
  const updated = text.replace(
    /(<!-- generated: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin, name, end) => `${begin}\n${sections[name]()}\n\n${end}`,
  );
  if (updated === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} is not what the code says: npm run docs`);
    drifted = true;
  } else writeFileSync(file, updated);
}
process.exit(drifted ? 1 : 0);
