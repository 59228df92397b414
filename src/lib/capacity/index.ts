/** What can run out: samples of it, and when it will. */
export { PredictFlags, Predictions, predict } from './predict.js';
export { keepSample, Recorded, RecordFlags, takeSample } from './record.js';
export { entryChart, type ReportEntry } from './report/entry.js';
export { CapacityReport, ReportFlags, reportCapacity } from './report.js';
export { formatChange, formatFigure, unitOf } from './resources.js';
export { findTrends, Trends, TrendsFlags } from './trends.js';
export { describeForecast } from './words.js';
