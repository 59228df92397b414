export type { Config } from './schema.js';
