/** The weekly security review. Risky settings of the backend are the business of `config validate`. */
export { checkSecurity, SecurityFlags, SecurityReport } from './security.js';
