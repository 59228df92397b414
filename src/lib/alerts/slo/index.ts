/** Service level objectives: how often the application was up, and how fast its error budget is spent. */
export { measureUptime } from './measure-uptime.js';
export { uptimeMetrics } from './objective.js';
export { describeSlo, formatAvailability, SloFlags, SloReport, showSlo } from './show.js';
export { openUptime, readUptime, writeUptime } from './store.js';
export { probeOf, recordProbe, type UptimeHistory } from './uptime.js';
