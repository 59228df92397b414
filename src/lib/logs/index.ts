export { applyRotation } from './apply.js';
export { planRotation } from './plan.js';
export { RotateFlags, Rotation, type RotationAction } from './rotation.js';
