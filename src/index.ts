/** The public library: the contract, and the monitor for the application's side. Imports no CLI package. */
export * as contract from './lib/contract/index.js';
export * from './lib/monitor/index.js';
