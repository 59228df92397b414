/** Carries out `db restore`: into a database of its own, counted there, and only then put into the place of another. */
import type { ConnectionChoice, Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { findClientProgram } from '../../pg/programs.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { stampOf } from '../catalogue.js';
import type { BackedUpDatabase } from '../manifest.js';
import { compareRestored, loadDump } from './load.js';
import { DatabaseRestore } from './restoration.js';
import { type DatabaseRestoreFlags, findDump } from './restore-plan.js';
import { createDatabase, dropDatabase } from './scratch.js';
import { findServer } from './server.js';
import { swapDatabases } from './swap.js';
