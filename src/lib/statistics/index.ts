/** Tests and estimates that a few wild values do not move. */
export { changePoint } from './change-point.js';
export { compareSamples } from './compare-samples.js';
export { median, select } from './order-statistics.js';
export { estimateShift } from './shift.js';
export { adjustForMany } from './tail.js';
