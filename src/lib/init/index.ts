/** First steps: what is written into an application or an installation. */
export { applyInitStrapi, InitStrapiFlags, InitStrapiResult, planInitStrapi } from './strapi.js';
