/** Logs of the backend, rotated once a week, and of the reverse proxy before it, which knows the addresses. */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { rotatedName } from '../../logs/names.js';
import { HOUR_MS, WEEK_MS } from '../../monitor/history/periods.js';
import { lineOf, requestMessage } from '../log.js';
import { type Random, randomFor } from '../random.js';
import type { Chapter, Planted } from './chapter.js';
import { NEW_ERROR } from './sample-hooks.js';
import { activityAt, hoursOf, isoTime, type Story } from './story.js';

export const logs: Chapter = {
  name: 'logs',
  async write(stage, story) {
    const requests = requestsOf(story).sort((one, other) => one.at - other.at);
    await mkdir(dirname(stage.proxyLog), { recursive: true });
    await writeFile(stage.proxyLog, requests.map(accessLine).join(''));
    const entries = [...requests.map(backendEntry), ...story.newErrors.map(errorEntry)];
    for (let from = story.from; from < story.now; from += WEEK_MS) {
      const week = entries.filter(({ at }) => at >= from && at < from + WEEK_MS);
      await writeWeek(stage.logs, from + WEEK_MS < story.now ? from + WEEK_MS : undefined, week);
    }
  },
  planted: (story) => [failedLogins(story), scan(story)],
};

const LOGINS = { count: 120, address: '203.0.113.66' } as const;
const SCAN_ADDRESS = '198.51.100.23';
const PROBES = ['/.env', '/.git/config', '/wp-login.php', '/wp-admin/setup.php', '/phpmyadmin/index.php', '/admin.php'];
const PROBED_TIMES = 10;

const failedLogins = ({ loginsFailedAt: at }: Story): Planted => ({
  id: 'failed-logins',
  sentence: `${LOGINS.count} logins of ${LOGINS.address} failed in the hour from ${isoTime(at)}`,
  command: 'security check --only accessLog',
  facts: { ...LOGINS, at: isoTime(at) },
});

const scan = ({ scannedAt: at }: Story): Planted => ({
  id: 'scan',
  sentence: `${SCAN_ADDRESS} looked for open doors such as ${PROBES[0]} in the hour from ${isoTime(at)}`,
  command: 'security check --only accessLog',
  facts: { address: SCAN_ADDRESS, at: isoTime(at), probes: PROBES.length * PROBED_TIMES },
});

interface Request {
  readonly at: number;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
}

/** What visitors ask for. */
const PAGES = ['/api/teams', '/api/standings', '/api/matches', '/api/players/7', '/api/players/31', '/api/teams/2'];
const PAGES_AN_HOUR = 20;
const VISITORS = 250;

function requestsOf(story: Story): Request[] {
  const random = randomFor(story.seed, 'logs');
  const requests: Request[] = [];
  for (const hour of hoursOf({ from: story.from, to: story.now })) {
    for (let count = random.poisson(PAGES_AN_HOUR * activityAt(hour)); count > 0; count -= 1) {
      requests.push(visit(hour + random.below(HOUR_MS), random));
    }
  }
  return [...requests, ...loginsOf(story, random), ...probesOf(story, random)].filter(({ at }) => at < story.now);
}

/** Times spread over an hour. */
const within = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + Math.floor((index * HOUR_MS) / count));

function loginsOf({ loginsFailedAt }: Story, random: Random): Request[] {
  const request = { address: LOGINS.address, method: 'POST', path: '/admin/login', status: 400 };
  return within(loginsFailedAt, LOGINS.count).map((at) => ({ at, ...request, durationMs: 60 + random.below(40) }));
}

function probesOf({ scannedAt }: Story, random: Random): Request[] {
  return within(scannedAt, PROBES.length * PROBED_TIMES).map((at, index) => {
    const path = PROBES[index % PROBES.length] ?? '/';
    return { at, address: SCAN_ADDRESS, method: 'GET', path, status: 404, durationMs: 1 + random.below(3) };
  });
}

function visit(at: number, random: Random): Request {
  const path = PAGES[random.below(PAGES.length)] ?? '/';
  const durationMs = 6 * Math.exp(0.5 * random.normal());
  // Of TEST-NET-2 (RFC 5737), apart from those that mean ill.
  const address = `198.51.100.${(random.below(VISITORS) % 200) + 30}`;
  return { at, address, method: 'GET', path, status: 200, durationMs };
}

interface LogEntry {
  readonly at: number;
  readonly line: string;
  readonly isError: boolean;
}

function backendEntry({ at, method, path, ...answer }: Request): LogEntry {
  return { at, line: lineOf('http', { message: requestMessage(method, path, answer) }, new Date(at)), isError: false };
}

const errorEntry = (at: number): LogEntry => ({
  at,
  line: lineOf('error', { message: NEW_ERROR, stack: `TypeError: ${NEW_ERROR}` }, new Date(at)),
  isError: true,
});

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** The combined format of Apache and nginx. */
function accessLine({ at, address, method, path, status }: Request): string {
  const [date = '', time = ''] = isoTime(at).split(/[T.]/);
  const [year, month, day] = date.split('-');
  const stamp = `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
  return `${address} - - [${stamp}] "${method} ${path} HTTP/1.1" ${status} 512 "-" "Mozilla/5.0"\n`;
}

/** The week under way is the log itself; those before are archives, as rotation leaves them. */
async function writeWeek(directory: string, end: number | undefined, entries: readonly LogEntry[]): Promise<void> {
  const files = { 'backend.log': entries, 'error.log': entries.filter(({ isError }) => isError) };
  for (const [name, of] of Object.entries(files)) {
    const sorted = of.toSorted((one, other) => one.at - other.at);
    const text = sorted.map(({ line }) => line).join('');
    if (text === '') continue;
    if (end === undefined) {
      await writeFile(join(directory, name), text);
      continue;
    }
    const path = join(directory, `${rotatedName(name, new Date(end))}.gz`);
    await writeFile(path, await promisify(gzip)(text));
    await utimes(path, new Date(end), new Date(end));
  }
}
