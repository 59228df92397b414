/** How a run went, as a file for the textfile collector of Prometheus' node_exporter. */
import type { Document } from './document.js';
import { readRegularFile, writeFileAtomic } from './files/index.js';
import { type Family, renderFamilies } from './prometheus-text.js';
import { SEVERITIES, STATUSES, type Status } from './status.js';
import { stepsOf } from './steps.js';

const LARGEST_FILE = 1_000_000;
const LAST_SUCCESS = 'viktoria_ops_run_last_success_timestamp_seconds';
/** The purpose was achieved: a warning is news, not a failure. */
const GOOD: ReadonlySet<Status> = new Set(['ok', 'warning', 'skipped']);

/**
 * Writes the file whole or not at all, readable by all: the collector runs as another user. The time of the last success
 * is taken over from the file as it was. Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`.
 */
export async function writeTextfile(path: string, document: Document): Promise<void> {
  const endedAt = (Date.parse(document.startedAt) + document.durationMs) / 1000;
  const isGood = GOOD.has(document.status) && document.error === undefined;
  const lastSuccess = isGood ? endedAt : await readLastSuccess(path, document);
  await writeFileAtomic(
    path,
    renderFamilies([...runFamilies(document, endedAt, lastSuccess), ...stepFamilies(document)]),
    {
      mode: 0o644,
    },
  );
}

const labelsOf = ({ command, environment }: Document) => ({ command, environment });

/** Of this command and environment: a file may have served for another. */
async function readLastSuccess(path: string, document: Document): Promise<number | undefined> {
  const text = await readRegularFile(path, LARGEST_FILE).then(String, () => '');
  const [sample = ''] = renderFamilies([gauge(LAST_SUCCESS, '', [[labelsOf(document), 0]])])
    .split('\n')
    .slice(2);
  const beginning = sample.slice(0, -1);
  const line = text.split('\n').find((each) => each.startsWith(beginning));
  const value = Number(line?.slice(beginning.length));
  return line !== undefined && Number.isFinite(value) ? value : undefined;
}

const gauge = (name: string, help: string, samples: Family['samples']): Family => ({
  name,
  help,
  type: 'gauge',
  samples,
});

function runFamilies(document: Document, endedAt: number, lastSuccess: number | undefined): Family[] {
  const labels = labelsOf(document);
  const { status, exitCode, durationMs, findings } = document;
  const found = SEVERITIES.map(
    (severity) =>
      [{ ...labels, severity }, findings.filter((finding) => finding.severity === severity).length] as const,
  );
  return [
    gauge('viktoria_ops_run_status', 'Verdict of the last run: 1 for the word that holds.', statesOf(labels, status)),
    gauge('viktoria_ops_run_exit_code', 'Exit code of the last run.', [[labels, exitCode]]),
    gauge('viktoria_ops_run_timestamp_seconds', 'End of the last run.', [[labels, endedAt]]),
    gauge(
      LAST_SUCCESS,
      'End of the last run that went well.',
      lastSuccess === undefined ? [] : [[labels, lastSuccess]],
    ),
    gauge('viktoria_ops_run_duration_seconds', 'How long the last run took.', [[labels, durationMs / 1000]]),
    gauge('viktoria_ops_run_findings', 'Findings of the last run by severity.', found),
  ];
}

function stepFamilies(document: Document): Family[] {
  const steps = stepsOf(document).map(({ id, status, durationMs }) => ({
    labels: { ...labelsOf(document), step: id },
    status,
    durationMs,
  }));
  return [
    gauge(
      'viktoria_ops_step_status',
      'Verdict of each step of the last run: 1 for the word that holds.',
      steps.flatMap(({ labels, status }) => statesOf(labels, status)),
    ),
    gauge(
      'viktoria_ops_step_duration_seconds',
      'How long each step of the last run took.',
      steps.map(({ labels, durationMs }) => [labels, durationMs / 1000]),
    ),
  ];
}

const statesOf = (labels: Readonly<Record<string, string>>, holds: Status): Family['samples'] =>
  STATUSES.map((status) => [{ ...labels, status }, status === holds ? 1 : 0] as const);
