/** A command in every environment of the configuration at once: what `--env all` does. */
export { acrossEnvironments } from './across.js';
