/** Routes that Prometheus can answer. To add one: a file, and a line here. */
import type { ReadableName, RouteParameters, RouteResponse } from '../../../contract/index.js';
import type { Inquiry } from '../inquiry.js';
import { errorCount } from './error-count.js';
import { jobs, queueSize } from './jobs.js';
import { performance } from './performance.js';
import { dailyReport, weekly } from './report.js';
import { weeklyTrends } from './trends.js';
import { usage } from './usage.js';

type Answers = {
  readonly [Name in ReadableName]?: (
    inquiry: Inquiry,
    parameters: RouteParameters<Name>,
  ) => Promise<RouteResponse<Name>>;
};

const typed: Answers = {
  performance,
  performanceSummary: performance,
  dailyReport,
  weekly,
  weeklyTrends,
  errorCount,
  jobs,
  queueSize,
  usage,
};

/** By a name that is known at run time only; the parameters are those of its route. */
export const answers = typed as Readonly<
  Partial<Record<ReadableName, (inquiry: Inquiry, parameters: object) => Promise<unknown>>>
>;
