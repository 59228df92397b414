/** Tests and estimates that a few wild values do not move. */
export { compareSamples } from './compare-samples.js';
export { median } from './median.js';
