/** The operations handbook of this installation. */
export { applyUpdate, DocsFlags, DocsUpdate, type Draft, planUpdate } from './update.js';
