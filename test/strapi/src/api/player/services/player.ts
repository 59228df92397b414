import { factories } from '@strapi/strapi';
export default factories.createCoreService('api::player.player' as any);
