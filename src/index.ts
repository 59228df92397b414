/** The public library: the contract, the monitor for the application's side, and the client. Imports no CLI package. */

export { createApiCall } from './lib/api/client.js';
export * as contract from './lib/contract/index.js';
export * from './lib/monitor/index.js';
