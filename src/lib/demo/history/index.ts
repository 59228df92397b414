/** A past for the sample backend: months of what its monitor, its logs and the operator's tools would have kept. */
import type { Chapter } from './chapter.js';
import { configuration } from './configuration.js';
import { flags } from './flags.js';
import { hooks } from './hooks.js';
import { indexes } from './indexes.js';
import { league } from './league.js';
import { logs } from './logs.js';
import { resources } from './resources.js';
import { runs } from './runs.js';

/** In this order: the samples of indexes are read after all rows are there. */
export const chapters: readonly Chapter[] = [hooks, resources, configuration, flags, logs, league, indexes, runs];
