/** Several views of one backend beside each other, each as fresh as it can be. */
export { DashboardFlags, DashboardResult, showDashboard, type Watched } from './dashboard.js';
export { KEYS } from './keys.js';
export { definePanel, type Panel, type PanelReport } from './panel.js';
export { problemsOf } from './problems.js';
