export { applyRotation } from './apply.js';
export { planRotation } from './plan.js';
export { RotateFlags, Rotation } from './rotation.js';
