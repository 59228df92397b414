/** The backend's npm packages: known flaws, newer versions, and a fix that is tested before it is kept. */
export { AuditFlags, auditDependencies, DependencyAudit } from './audit.js';
export { applyFix } from './fix/apply.js';
export { planFix } from './fix/plan.js';
export { DependencyFix } from './fix/result.js';
export { withWorkDirectory } from './fix/site.js';
export { listOutdated, OutdatedPackages } from './outdated.js';
