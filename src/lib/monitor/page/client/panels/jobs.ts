import type { JobStatus } from '../../../../contract/index.js';
import { element, show } from '../dom.js';
import { type Figure, figures } from '../parts.js';
import { table } from '../table.js';
import type { View } from '../view.js';
import type { Panel } from './panel.js';

/** The guide's JobStatus. */
export const jobs: Panel = {
  name: 'jobs',
  sources: ['jobs'],
  create(body, { view }) {
    return ({ jobs: { data } }) => {
      if (!data) return;
      const { words } = view;
      const w = words.jobs;
      show(body, figures(figuresOf(data, view)), [
        counts(data.jobsByType, { caption: w.byType, name: w.type }, view),
        counts(data.jobsByState, { caption: w.byState, name: w.state }, view),
        sources(data, view),
      ]);
    };
  },
};

function figuresOf(data: JobStatus, { words, format }: View): Figure[] {
  const { oldestReadyAgeSeconds: age } = data;
  const w = words.jobs;
  return [
    [w.size, format.count(data.queueSize)],
    [w.rate, format.count(data.processingRate)],
    [w.completed, format.count(data.completedJobs)],
    [w.failed, format.count(data.failedJobs)],
    [w.mean, format.duration(data.averageProcessingTime)],
    [w.oldest, format.duration(age === null ? null : age * 1000)],
  ];
}

function counts(of: Readonly<Record<string, number>>, about: { caption: string; name: string }, view: View) {
  const rows = Object.entries(of).sort(([, a], [, b]) => b - a);
  return (
    rows.length > 0 &&
    table({
      caption: about.caption,
      columns: [{ name: about.name }, { name: view.words.jobs.count, isNumber: true }],
      rows: rows.map(([name, count]) => [name, view.format.count(count)]),
    })
  );
}

const sources = ({ sources: list = {} }: JobStatus, { words }: View) =>
  element(
    'p',
    { class: 'faint' },
    `${words.jobs.sources}: `,
    Object.entries(list)
      .map(([name, state]) => `${name} ${state}`)
      .join(', ') || words.nothing,
  );
