import { timed } from '../../../../truth';

export default {
  // Synchronous but for the timing around it: sync hooks must stay what they are.
  afterCreate: timed('api::player.player#afterCreate', async ({ result }) => {
    await strapi.db.query('api::player.player').findOne({ where: { id: result.id } });
    await strapi.db.query('api::player.player').count({});
  }),
};
