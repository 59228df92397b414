/** Errors of the lifecycle hooks, as the application reports them. */
export { countErrors, ErrorCountFlags, ErrorCountResult } from './count.js';
export { RecentErrorsFlags, RecentErrorsResult, recentErrors } from './recent.js';
