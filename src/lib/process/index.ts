/** Programs run by us (argument arrays, a timeout each, never a shell), and locks. */
export { createExecute, type Execute } from './execute.js';
export { findProgram } from './find-program.js';
export { runGit } from './git.js';
export { launch } from './launch.js';
export { isLocked, lockingRun, withLock } from './lock.js';
