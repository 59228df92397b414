import { factories } from '@strapi/strapi';
export default factories.createCoreService('api::match.match' as any);
