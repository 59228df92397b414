/** JUnit's XML as Ant writes it and Jenkins, GitLab and others read it: one suite a run, one case a step. */
import type { Document } from '../document.js';
import type { Finding, Status } from '../status.js';
import { stepsOf } from '../steps.js';
import { escapeText } from './escape.js';

/** The document as XML, valid against the schemas of Ant's report and of Jenkins. */
export function junitReport(document: Document, summary: string): string {
  const cases = casesOf(document, summary);
  const count = (kind: Verdict) => cases.filter(({ verdict }) => verdict === kind).length;
  const suite = {
    name: `viktoria-ops ${document.command}`.trim(),
    package: 'viktoria-ops',
    id: 0,
    hostname: document.host,
    timestamp: document.startedAt.slice(0, SECONDS_LENGTH),
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(document.durationMs),
  };
  const properties = { version: document.version, environment: document.environment, status: document.status };
  const outcome = [summary, ...document.findings.map(textOf)].join('\n');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite ${attributes(suite)}>`,
    '    <properties>',
    ...Object.entries(properties).map(([name, value]) => `      <property ${attributes({ name, value })}/>`),
    '    </properties>',
    ...cases.map((each) => renderCase(each, document)),
    `    <system-out>${escapeXml(outcome)}</system-out>`,
    '    <system-err/>',
    '  </testsuite>',
    '</testsuites>',
  ].join('\n');
}

/** The schemas take no zone: the time is UTC. */
const SECONDS_LENGTH = 'YYYY-MM-DDTHH:MM:SS'.length;

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);

type Verdict = 'passed' | 'failure' | 'error' | 'skipped';

/** Named alike in every run, so that their history can be told. */
interface Case {
  readonly name: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
  readonly summary: string;
  readonly details: string;
}

/** An error is where no verdict was possible; a warning passes, unless the exit code says otherwise. */
const VERDICT = {
  ok: 'passed',
  warning: 'passed',
  skipped: 'skipped',
  unknown: 'error',
  interrupted: 'error',
  partial: 'failure',
  failed: 'failure',
} as const satisfies Record<Status, Verdict>;

function casesOf(document: Document, summary: string): Case[] {
  const steps = stepsOf(document).map(({ id, status, durationMs, summary: own, findings }) => ({
    name: id,
    verdict: VERDICT[status],
    durationMs,
    summary: own,
    details: findings.map(textOf).join('\n'),
  }));
  const hasBadNews = steps.some(({ verdict }) => verdict === 'failure' || verdict === 'error');
  const isTold = steps.length > 0 && (hasBadNews || document.exitCode === 0);
  return isTold ? steps : [...steps, wholeOf(document, summary)];
}

/** The run as one case: of a command without steps, or of a tier that failed for something else. */
function wholeOf({ command, status, exitCode, error, findings, durationMs }: Document, summary: string): Case {
  const own = error ? 'error' : VERDICT[status];
  const details = findings.map(textOf).join('\n');
  const verdict = own === 'passed' && exitCode !== 0 ? 'failure' : own;
  return { name: command || 'viktoria-ops', verdict, durationMs, summary, details };
}

function renderCase({ name, verdict, durationMs, summary, details }: Case, { command }: Document): string {
  const classname = ['viktoria-ops', ...command.split(' ')].filter((word) => word !== '').join('.');
  const opened = `    <testcase ${attributes({ name, classname, time: seconds(durationMs) })}`;
  if (verdict === 'passed') return `${opened}/>`;
  if (verdict === 'skipped') return `${opened}><skipped/></testcase>`;
  const about = attributes({ message: summary, type: verdict });
  return `${opened}><${verdict} ${about}>${escapeXml(details || summary)}</${verdict}></testcase>`;
}

const textOf = ({ severity, code, message, hint }: Finding): string =>
  `${severity}: ${message} [${code}]${hint === undefined ? '' : `; ${hint}`}`;

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(String(value))}"`)
    .join(' ');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Control characters as visible escapes; what XML 1.0 cannot hold at all (section 2.2) as the replacement character. */
const escapeXml = (text: string): string =>
  text
    .split('\n')
    .map(escapeText)
    .join('\n')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
