import { factories } from '@strapi/strapi';
export default factories.createCoreController('api::match.match' as any);
