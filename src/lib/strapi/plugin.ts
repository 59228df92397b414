/** The plugin `hook-monitoring`, as Strapi loads it. */
import { bootstrap, destroy, register } from './index.js';
import { readOptions } from './options.js';

export default {
  register: (given: { strapi: object }) => register(given),
  bootstrap,
  destroy,
  config: {
    default: {},
    /** Strapi says whose configuration it is, and does not start. */
    validator: (config: unknown) => void readOptions(config, {}),
  },
};
