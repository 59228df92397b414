import { flags } from 'viktoria-ops/strapi';
import { forget, truth } from '../../../truth';

export default {
  read(ctx) {
    ctx.body = truth;
  },
  forget(ctx) {
    forget();
    ctx.body = {};
  },
  /** Runs one action of the Document Service. */
  async drive(ctx) {
    const { uid, action, params } = ctx.request.body;
    ctx.body = (await strapi.documents(uid)[action](params)) ?? {};
  },
  /** Answers of our flags and of Strapi's own. */
  flags(ctx) {
    ctx.body = { ours: flags.isEnabled('new-table'), strapis: strapi.features.isEnabled('old-table' as any) };
  },
  /** Holds every connection of the pool for a while. */
  exhaust(ctx) {
    const { seconds } = ctx.request.body;
    for (let i = 0; i < 10; i++) void strapi.db.connection.raw('select pg_sleep(?)', [seconds]).catch(() => undefined);
    ctx.body = {};
  },
};
