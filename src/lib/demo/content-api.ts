/** The sample's content routes: `/api/teams`, `/api/players`, `/api/matches`, `/api/standings`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import type { ContentType, Entities, Row } from './entities.js';

export interface ContentApi {
  /** Answers a request and resolves to its status. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<number>;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const COLLECTIONS: ReadonlyMap<string, ContentType> = new Map(
  Object.entries({
    teams: 'api::team.team',
    players: 'api::player.player',
    matches: 'api::match.match',
  }),
);

const LARGEST_BODY_BYTES = 64_000;
const Body = z.object({ data: z.record(z.string(), z.unknown()) });

/** @param onFailure told of what is answered with 500 */
export function createContentApi(entities: Entities, onFailure: (error: unknown) => void): ContentApi {
  const reply = async (request: IncomingMessage): Promise<Reply> => {
    try {
      return await route(request, entities);
    } catch (error) {
      const name = error instanceof Error ? error.name : 'Error';
      if (name === 'ValidationError' && error instanceof Error) return failure(400, name, error.message);
      onFailure(error);
      return failure(500, 'InternalServerError', 'Internal Server Error');
    }
  };
  return {
    async answer(request, response) {
      const { status, body } = await reply(request);
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(body));
      return status;
    },
  };
}

async function route(request: IncomingMessage, entities: Entities): Promise<Reply> {
  const [, api, collection = '', idText, ...rest] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
  const id = idText === undefined ? undefined : Number(idText);
  if (api !== 'api' || rest.length > 0 || (id !== undefined && !(Number.isInteger(id) && id < 2 ** 31)))
    return NOT_FOUND;
  if (collection === 'standings' && request.method === 'GET') {
    return found(await entities.query('select * from standings order by season_id, position'));
  }
  const name = COLLECTIONS.get(collection);
  if (!name) return NOT_FOUND;
  if (request.method === 'GET')
    return id === undefined ? found(await entities.find(name)) : one(await entities.find(name, id));
  if (request.method === 'POST' && id === undefined) {
    return { status: 201, body: { data: await entities.create(name, await readData(request)) } };
  }
  if (id === undefined) return failure(405, 'MethodNotAllowedError', 'this address has no such method');
  if (request.method === 'PUT') return one([await entities.update(name, id, await readData(request))]);
  if (request.method === 'DELETE') return one([await entities.remove(name, id)]);
  return failure(405, 'MethodNotAllowedError', 'this address has no such method');
}

const found = (data: unknown): Reply => ({ status: 200, body: { data } });
const one = ([row]: readonly (Row | undefined)[]): Reply => (row ? found(row) : NOT_FOUND);
const failure = (status: number, name: string, message: string): Reply => ({
  status,
  body: { data: null, error: { status, name, message } },
});
const NOT_FOUND = failure(404, 'NotFoundError', 'Not Found');

async function readData(request: IncomingMessage): Promise<Row> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > LARGEST_BODY_BYTES) throw invalid('the body is too large');
  }
  try {
    return Body.parse(JSON.parse(text)).data;
  } catch {
    throw invalid('expected a JSON body such as {"data": {"name": "…"}}');
  }
}

const invalid = (message: string): Error => Object.assign(new Error(message), { name: 'ValidationError' });
