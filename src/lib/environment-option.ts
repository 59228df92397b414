/** The option that chooses the section of `environments` in force, with a space before it; '' for none. */
import type { Config } from './config/index.js';

export const environmentOption = ({ environment }: Pick<Config, 'environment'>): string =>
  environment === 'default' ? '' : ` --env ${environment}`;
