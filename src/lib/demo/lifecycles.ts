/**
 * The sample's lifecycle hooks: validation, recalculation, background jobs. Some are slow, and one has a bug: they are
 * what there is to find.
 */
import type { Flags, Lifecycles } from '../monitor/index.js';
import type { ContentType, Entities, LifecycleEvent } from './entities.js';
import { RECALCULATE_STANDINGS } from './schema.js';

/** Refused input; Strapi answers 400 to an error of this name. */
class ValidationError extends Error {
  override readonly name = 'ValidationError';
}

type Hook = (event: LifecycleEvent) => void | Promise<void>;

/** Fills in the hooks of every content type. */
export function registerLifecycles(entities: Entities, flags: Pick<Flags, 'isEnabled'>): void {
  const hooks: Readonly<Record<ContentType, Readonly<Record<string, Hook>>>> = {
    'api::team.team': teamHooks(entities),
    'api::player.player': playerHooks(entities),
    'api::match.match': matchHooks(entities, flags),
  };
  for (const [name, own] of Object.entries(hooks)) {
    const lifecycles: Lifecycles | undefined = entities.lifecycles.get(name);
    if (lifecycles) Object.assign(lifecycles, own);
  }
}

function teamHooks({ query }: Entities): Record<string, Hook> {
  const validate: Hook = ({ data }) => {
    if (data.name !== undefined) refuseUnless(isName(data.name), 'name: 1 to 80 characters');
  };
  return {
    beforeCreate: validate,
    beforeUpdate: validate,
    // The bug: a team that has not played yet makes this divide by zero, and its update is rolled back.
    afterUpdate: async ({ id }) => {
      await query(
        `update teams set win_rate = (
           select count(*) filter (where (home_team_id = $1) = (home_goals > away_goals) and home_goals <> away_goals)
                  / count(*)::numeric
           from matches where $1 in (home_team_id, away_team_id) and home_goals is not null)
         where id = $1`,
        [id],
      );
    },
  };
}

function playerHooks({ query }: Entities): Record<string, Hook> {
  const validate: Hook = ({ data }) => {
    if (data.name !== undefined) refuseUnless(isName(data.name), 'name: 1 to 80 characters');
    const number = data.shirt_number;
    if (number !== undefined) refuseUnless(isInteger(number, 1, 99), 'shirt_number: 1 to 99');
  };
  return {
    beforeCreate: validate,
    beforeUpdate: validate,
    afterCreate: async ({ id }) => enqueue(query, { type: 'player-rating', payload: { playerId: id } }),
    // Waits for a scouting service, while the transaction stays open: what a hook should leave to a job.
    afterUpdate: async () => {
      await query('select pg_sleep(0.13)');
    },
  };
}

function matchHooks(entities: Entities, flags: Pick<Flags, 'isEnabled'>): Record<string, Hook> {
  const { query } = entities;
  return {
    beforeCreate: async ({ data }) => {
      refuseUnless(data.home_team_id !== data.away_team_id, 'a team cannot play against itself');
      validateScore(data);
      await refuseOverlap(entities, data);
    },
    beforeUpdate: ({ data }) => validateScore(data),
    afterCreate: async ({ id, result }) => {
      const kickOff = new Date(String(result?.kick_off));
      await enqueue(query, { type: 'kick-off-notice', payload: { matchId: id }, runAt: kickOff });
    },
    afterUpdate: async ({ id, result }) => {
      if (result?.home_goals === null || result?.home_goals === undefined) return;
      // One recalculation of a season at a time, or two results would each miss the other.
      await query('select id from seasons where id = $1 for no key update', [result.season_id]);
      await query(RECALCULATE_STANDINGS, [result.season_id]);
      const teams = [Number(result.home_team_id), Number(result.away_team_id)].sort((a, b) => a - b);
      for (const team of teams) await entities.update('api::team.team', team, {});
      if (flags.isEnabled('match-reports', { default: true })) {
        await enqueue(query, { type: 'match-report', payload: { matchId: id } });
      }
    },
    // Refused by PostgreSQL when something refers to the match; nothing does yet.
    beforeDelete: async ({ id }) => {
      const [match] = await query('select home_goals from matches where id = $1', [id]);
      refuseUnless(match?.home_goals === null, 'a match that was played cannot be deleted');
    },
  };
}

const HIGHEST_SCORE = 50;

function validateScore({ home_goals: home, away_goals: away }: LifecycleEvent['data']): void {
  for (const goals of [home, away]) {
    if (goals !== undefined && goals !== null) {
      refuseUnless(isInteger(goals, 0, HIGHEST_SCORE), `goals: 0 to ${HIGHEST_SCORE}`);
    }
  }
  refuseUnless((home ?? null) === null || (away ?? null) !== null, 'a score needs the goals of both teams');
}

async function refuseOverlap({ query }: Entities, data: LifecycleEvent['data']): Promise<void> {
  const kickOff = new Date(String(data.kick_off));
  refuseUnless(!Number.isNaN(kickOff.getTime()), 'kick_off: a time such as 2026-09-12T15:00:00Z');
  const [other] = await query(
    `select id from matches
     where (home_team_id in ($1, $2) or away_team_id in ($1, $2))
       and kick_off between $3::timestamptz - interval '2 hours' and $3::timestamptz + interval '2 hours' limit 1`,
    [data.home_team_id, data.away_team_id, kickOff],
  );
  refuseUnless(other === undefined, `one of the teams plays match ${String(other?.id)} at that time`);
}

interface NewJob {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly runAt?: Date;
}

/** In the transaction of the hook: no job for an action that was rolled back. */
async function enqueue(query: Entities['query'], { type, payload, runAt }: NewJob): Promise<void> {
  const sql = 'insert into jobs (type, payload, run_at) values ($1, $2, coalesce($3, now()))';
  await query(sql, [type, JSON.stringify(payload), runAt ?? null]);
}

function refuseUnless(claim: boolean, message: string): void {
  if (!claim) throw new ValidationError(message);
}

const isName = (value: unknown): boolean => typeof value === 'string' && /^\S.{0,79}$/u.test(value);
const isInteger = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
