/** Real requests to the sample backend: what a few minutes of a match day look like, sent within seconds. */
import { Agent, request } from 'node:http';
import { createRandom, type Random } from './random.js';

export interface TrafficOptions {
  readonly url: string;
  /** The same seed chooses the same requests. */
  readonly seed: number;
  readonly requests: number;
  readonly signal: AbortSignal;
}

/** Answers by what they mean. */
export interface TrafficCounts {
  readonly requests: number;
  readonly succeeded: number;
  /** 4xx: input the backend refused, or nothing there. */
  readonly refused: number;
  /** 5xx. */
  readonly failed: number;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

type Choose = Random['below'];

const CONCURRENCY = 6;
const REQUEST_TIMEOUT_MS = 10_000;
const TEAMS = 8;
const PLAYERS = 88;
const MATCHES = 28;

/** Kinds of request and how often each comes, of their sum. */
const MIX: readonly (readonly [weight: number, make: (choose: Choose, turn: number) => Call])[] = [
  [
    30,
    (choose) => ({ method: 'GET', path: ['/api/teams', '/api/standings', '/api/matches'][choose(3)] ?? '/api/teams' }),
  ],
  [12, (choose) => ({ method: 'GET', path: `/api/players/${1 + choose(PLAYERS)}` })],
  [24, (choose) => result(choose, choose(6))],
  [8, (choose) => ({ method: 'PUT', path: `/api/players/${1 + choose(PLAYERS)}`, data: { position: 'midfielder' } })],
  [8, (choose, turn) => newPlayer(choose, turn)],
  [6, (choose, turn) => newMatch(choose, turn)],
  // Refused: a score no match ends with, a player without a name, nothing there.
  [4, (choose) => result(choose, 900)],
  [2, (choose, turn) => ({ ...newPlayer(choose, turn), data: { ...newPlayer(choose, turn).data, name: '' } })],
  [2, () => ({ method: 'GET', path: '/api/teams/4711' })],
  // Fails: a shirt number that is taken, refused by the database and by no hook.
  [
    1,
    (choose) => ({
      method: 'POST',
      path: '/api/players',
      data: { team_id: 1 + choose(TEAMS), name: 'Twin', position: 'forward', shirt_number: 1 },
    }),
  ],
];

/** A team that has not played: updating it meets the bug of its hook. */
const NEW_TEAM: Call = { method: 'POST', path: '/api/teams', data: { name: 'FC Neuling', city: 'Wertheim' } };
const RENAMES = 10;

/** Sends the requests and counts their answers. @throws the signal's reason when aborted */
export async function sendTraffic(options: TrafficOptions): Promise<TrafficCounts> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const send = (call: Call) => sendCall(call, { ...options, agent });
  try {
    const newTeam = await send(NEW_TEAM);
    const calls = planCalls(options, newTeam.id);
    const statuses = [newTeam.status];
    const sendInTurn = async () => {
      for (let call = calls.shift(); call; call = calls.shift()) statuses.push((await send(call)).status);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, sendInTurn));
    return countStatuses(statuses);
  } finally {
    agent.destroy();
  }
}

function planCalls({ seed, requests }: TrafficOptions, newTeam: number): Call[] {
  const choose = createRandom(seed).below;
  const weights = MIX.flatMap(([weight], kind) => Array<number>(weight).fill(kind));
  return Array.from({ length: requests - 1 }, (_, turn): Call => {
    if (turn % Math.ceil(requests / RENAMES) === 1) {
      return { method: 'PUT', path: `/api/teams/${newTeam}`, data: { city: 'Bestenheid' } };
    }
    const [, make] = MIX[weights[choose(weights.length)] ?? 0] ?? MIX[0] ?? [];
    return make ? make(choose, turn) : NEW_TEAM;
  });
}

const result = (choose: Choose, homeGoals: number): Call => ({
  method: 'PUT',
  path: `/api/matches/${1 + choose(MATCHES)}`,
  data: { home_goals: homeGoals, away_goals: choose(5) },
});

function newPlayer(choose: Choose, turn: number): Call {
  const data = {
    team_id: 1 + choose(TEAMS),
    name: `Talent ${turn}`,
    position: 'forward',
    shirt_number: 12 + choose(80),
  };
  return { method: 'POST', path: '/api/players', data };
}

function newMatch(choose: Choose, turn: number): Call {
  const home = choose(TEAMS);
  const kickOff = new Date(Date.now() + (30 + turn) * 86_400_000).toISOString();
  return {
    method: 'POST',
    path: '/api/matches',
    data: {
      season_id: 1,
      home_team_id: 1 + home,
      away_team_id: 1 + ((home + 1 + choose(TEAMS - 1)) % TEAMS),
      kick_off: kickOff,
    },
  };
}

interface SendOptions extends Pick<TrafficOptions, 'url' | 'signal'> {
  readonly agent: Agent;
}

function sendCall(call: Call, { url, agent, signal }: SendOptions): Promise<{ status: number; id: number }> {
  const body = call.data === undefined ? undefined : JSON.stringify({ data: call.data });
  const headers =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const options = { method: call.method, agent, headers, signal, timeout: REQUEST_TIMEOUT_MS };
  return new Promise((resolve, reject) => {
    const sent = request(url + call.path, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, id: idIn(text) }));
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${call.method} ${call.path}`)));
    sent.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    sent.end(body);
  });
}

const idIn = (text: string): number => Number(/"id":(\d+)/.exec(text)?.[1] ?? 0);

function countStatuses(statuses: readonly number[]): TrafficCounts {
  const between = (least: number, most: number) => statuses.filter((status) => status >= least && status < most).length;
  return {
    requests: statuses.length,
    succeeded: between(200, 400),
    refused: between(400, 500),
    failed: between(500, 600),
  };
}
