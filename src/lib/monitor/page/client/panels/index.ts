/** The panels in their order: the guide's four, then what the operator's side knows. */
import { OPERATOR_NAMES } from '../names.js';
import { database } from './database.js';
import { hooks } from './hooks.js';
import { jobs } from './jobs.js';
import { operatorPanel } from './operator.js';
import { overview } from './overview.js';
import type { Panel } from './panel.js';

export const panels: readonly Panel[] = [overview, hooks, jobs, database, ...OPERATOR_NAMES.map(operatorPanel)];
