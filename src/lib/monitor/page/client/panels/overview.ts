import type { ResourceUsage, SystemOverview } from '../../../../contract/index.js';
import { type ChartData, createChart } from '../chart.js';
import { element, show } from '../dom.js';
import { badge, type Figure, figures } from '../parts.js';
import type { View } from '../view.js';
import type { Panel } from './panel.js';

/** The guide's SystemOverview: the application, its process, its checks, and the host over time. */
export const overview: Panel = {
  name: 'overview',
  sources: ['overview', 'usage'],
  create(body, { view }) {
    const { words, format } = view;
    const facts = element('div');
    const host = createChart(
      {
        title: words.overview.host,
        series: [
          { name: words.overview.cpu, colour: '--one' },
          { name: words.overview.memory, colour: '--two' },
          { name: words.overview.disk, colour: '--three' },
        ],
        format: format.percent,
        top: 1,
      },
      view,
    );
    const requests = createChart(
      {
        title: words.overview.requests,
        series: [{ name: words.overview.requests, colour: '--one' }],
        format: format.count,
      },
      view,
    );
    body.append(facts, host.node, requests.node);
    return (readings, changed) => {
      const { data } = readings.overview;
      if (data) show(facts, figures(figuresOf(data, view)), checks(data, view));
      const usage = readings.usage.data;
      if (changed !== 'usage' || !usage) return;
      const { times, cpu, memory, disk, requestsPerSecond } = overTime(usage);
      host.update([times, cpu, memory, disk]);
      requests.update([times, requestsPerSecond]);
    };
  },
};

function figuresOf(data: SystemOverview, { words, format }: View): (Figure | null)[] {
  const { process } = data;
  const w = words.overview;
  return [
    [w.state, badge(data.status, words)],
    [w.uptime, format.duration(data.uptime * 1000)],
    [w.version, data.version],
    [w.environment, data.environment],
    [w.lastRestart, format.time(data.lastRestart)],
    [w.connections, format.count(data.activeConnections)],
    process ? [w.lag, format.duration(process.eventLoopLagMs)] : null,
    process ? [w.heap, w.of(format.bytes(process.heapUsedBytes), format.bytes(process.heapLimitBytes))] : null,
    process ? [w.resident, format.bytes(process.residentBytes)] : null,
  ];
}

const checks = (data: SystemOverview, { words }: View) =>
  element(
    'ul',
    { class: 'checks', 'aria-label': words.overview.checks },
    data.checks.map(({ name, status, message }) =>
      element('li', {}, badge(status, words), element('span', {}, element('b', {}, name), ` ${message}`)),
    ),
  );

/**
 * Several instances at one time: of a share the fullest, of what they did the sum. On one host the shares are one anyway.
 */
function overTime(usage: readonly ResourceUsage[]) {
  const byTime = new Map<number, ResourceUsage[]>();
  for (const one of usage) {
    const time = Date.parse(one.timestamp) / 1000;
    byTime.set(time, [...(byTime.get(time) ?? []), one]);
  }
  const steps = [...byTime].sort(([a], [b]) => a - b);
  const fullest = (of: (one: ResourceUsage) => number): number[] => steps.map(([, all]) => Math.max(...all.map(of)));
  const summed = steps.map(([, all]) => all.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0));
  const times: ChartData[0] = steps.map(([time]) => time);
  return {
    times,
    cpu: fullest(({ cpu }) => cpu),
    memory: fullest(({ memory }) => memory),
    disk: fullest(({ disk }) => disk),
    requestsPerSecond: summed,
  };
}
