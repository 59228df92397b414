import { errors } from '@strapi/utils';
import { sendMail } from '../../../../jobs';
import { timed } from '../../../../truth';

/** Goals and points of both teams, from all matches that are final. */
async function recalculate(matchId: number) {
  const matches = strapi.db.query('api::match.match');
  const match = await matches.findOne({ where: { id: matchId }, populate: ['homeTeam', 'awayTeam'] });
  for (const team of [match.homeTeam, match.awayTeam]) {
    if (!team) continue;
    const home = await matches.findMany({ where: { homeTeam: team.id, state: 'final' } });
    const away = await matches.findMany({ where: { awayTeam: team.id, state: 'final' } });
    const results = [
      ...home.map((played) => [played.homeGoals, played.awayGoals]),
      ...away.map((played) => [played.awayGoals, played.homeGoals]),
    ];
    const goals = results.reduce((sum, [scored]) => sum + scored, 0);
    const points = results.reduce((sum, [scored, got]) => sum + (scored > got ? 3 : scored === got ? 1 : 0), 0);
    await strapi.db.query('api::team.team').update({ where: { id: team.id }, data: { goals, points } });
  }
}

export default {
  beforeUpdate: timed('api::match.match#beforeUpdate', ({ params }) => {
    if (params.data.homeGoals < 0) throw new errors.ValidationError('goals are counted from 0');
  }),
  afterUpdate: timed('api::match.match#afterUpdate', async ({ result, params }) => {
    if (params.data.homeGoals === 42) throw new TypeError('no match ends like that');
    if (result.state !== 'final') return;
    await recalculate(result.id);
    await sendMail(result.documentId);
  }),
};
