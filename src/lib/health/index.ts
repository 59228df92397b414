/** One verdict on the application, its process, its jobs, the database, this host and the network between them. */
export { HealthResult } from './check.js';
export { judgeCertificate } from './decide.js';
export { endpointsOf, probe } from './endpoints.js';
export { HealthFlags, health } from './health.js';
