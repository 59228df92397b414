/** What can be measured, by name, and how it is measured. */
export { metrics } from './catalogue.js';
export type { Metric, Sample } from './metric.js';
export { takeSample } from './take-sample.js';
export { vocabulary } from './vocabulary.js';
