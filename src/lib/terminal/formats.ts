/** Verdicts in the form other programs expect. One function a format: document and summary in, text and exit code out. */
import type { Document } from '../document.js';
import type { Status } from '../status.js';
import { escapeText } from './escape.js';
import { junitReport } from './junit.js';

type Format = (document: Document, summary: string) => { readonly text: string; readonly exitCode: number };

/** Plugin states of the monitoring-plugins guidelines: a service that cannot be reached is critical, not unknown. */
const NAGIOS_STATE = {
  ok: ['OK', 0],
  skipped: ['OK', 0],
  warning: ['WARNING', 1],
  unknown: ['CRITICAL', 2],
  partial: ['CRITICAL', 2],
  failed: ['CRITICAL', 2],
  interrupted: ['CRITICAL', 2],
} as const satisfies Record<Status, readonly [string, number]>;

/** Wrong calls, bugs of ours and a busy lock say nothing about the service. */
const NAGIOS_UNKNOWN_EXITS: readonly number[] = [2, 70, 75];

/** One line with performance data, exit 0..3. */
const nagios: Format = (document, summary) => {
  const [word, exitCode] = NAGIOS_UNKNOWN_EXITS.includes(document.exitCode)
    ? ['UNKNOWN', 3]
    : NAGIOS_STATE[document.status];
  const count = (severity: string) => document.findings.filter((finding) => finding.severity === severity).length;
  const data = `time=${document.durationMs / 1000}s errors=${count('error')} warnings=${count('warning')}`;
  // A pipe would begin the performance data.
  return {
    text: `${(document.command || 'viktoria-ops').toUpperCase()} ${word} - ${summary.replaceAll('|', '/')} | ${data}`,
    exitCode: Number(exitCode),
  };
};

const GITHUB_LEVEL = { info: 'notice', warning: 'warning', unknown: 'warning', error: 'error' } as const;

/** Workflow commands: one annotation a finding, and the error. Values are escaped as the runner unescapes them. */
const github: Format = (document, summary) => {
  const escapeValue = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const escapeProperty = (text: string) => escapeValue(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const annotation = (level: string, code: string, text: string) =>
    `::${level} title=${escapeProperty(`viktoria-ops ${document.command} ${code}`)}::${escapeValue(escapeText(text))}`;
  const findings = document.findings.map(({ severity, code, message, hint }) =>
    annotation(GITHUB_LEVEL[severity], code, hint === undefined ? message : `${message}. ${hint}`),
  );
  const error = document.error ? [annotation('error', document.error.code, document.error.message)] : [];
  // Text from outside never starts a line, so it can never be taken for a command.
  return {
    text: [...findings, ...error, `viktoria-ops ${document.command}: ${document.status}: ${summary}`].join('\n'),
    exitCode: document.exitCode,
  };
};

/** For what collects test results: GitLab, Jenkins, Azure. */
const junit: Format = (document, summary) => ({ text: junitReport(document, summary), exitCode: document.exitCode });

export const FORMATS = { nagios, github, junit } as const;
