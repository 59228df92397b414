/** Programs run by us (argument arrays, a timeout each, never a shell), and locks. */
export { createExecute, type Execute } from './execute.js';
export { isLocked, withLock } from './lock.js';
