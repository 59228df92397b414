import { factories } from '@strapi/strapi';

const open = { auth: false } as const;
export default factories.createCoreRouter('api::team.team' as any, {
  config: { find: open, findOne: open, create: open, update: open, delete: open },
});
