import { factories } from '@strapi/strapi';
export default factories.createCoreController('api::player.player' as any);
