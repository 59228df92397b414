/** First steps: what is written into an application or an installation. */
export { applyInit } from './apply.js';
export { InitFlags, InitResult, planInit } from './plan.js';
export { applyInitStrapi, InitStrapiFlags, InitStrapiResult, planInitStrapi } from './strapi.js';
