/** What can be measured, by name, and how it is measured. */
export { metrics } from './catalogue.js';
export type { Metric, Sample, SourceName } from './metric.js';
export { type SampleContext, type SampleRequest, takeSample } from './take-sample.js';
export { vocabulary } from './vocabulary.js';
