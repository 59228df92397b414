import * as hookMonitoring from 'viktoria-ops/strapi';
import { startJobs, stopJobs } from './jobs';
import { timed } from './truth';

export default {
  register({ strapi }) {
    hookMonitoring.register({ strapi });
    strapi.server.routes({
      type: 'content-api',
      routes: [
        { method: 'GET', path: '/truth', handler: 'api::truth.truth.read', config: { auth: false } },
        { method: 'POST', path: '/truth/forget', handler: 'api::truth.truth.forget', config: { auth: false } },
        { method: 'POST', path: '/drive', handler: 'api::truth.truth.drive', config: { auth: false } },
        { method: 'GET', path: '/flags', handler: 'api::truth.truth.flags', config: { auth: false } },
        { method: 'POST', path: '/exhaust', handler: 'api::truth.truth.exhaust', config: { auth: false } },
      ],
    });
  },
  async bootstrap({ strapi }) {
    hookMonitoring.bootstrap({ strapi });
    strapi.db.lifecycles.subscribe({
      models: ['api::team.team'],
      afterUpdate: timed('subscriber api::team.team#afterUpdate', () => new Promise((done) => setTimeout(done, 5))),
    });
    hookMonitoring.registerCache({ strapi }, 'standings', () => undefined);
    await startJobs(strapi.config.get('database.connection.connection'));
  },
  async destroy({ strapi }) {
    await stopJobs();
    await hookMonitoring.destroy({ strapi });
  },
};
