export { analyzeLogs } from './analyze/analyze.js';
export { AnalyzeFlags, LogAnalysis } from './analyze/result.js';
export { applyRotation } from './apply.js';
export { planRotation } from './plan.js';
export { type RequestLog, readRequests } from './requests/read-requests.js';
export type { AccessRequest } from './requests/request.js';
export { RotateFlags, Rotation } from './rotation.js';
export type { TailRecord } from './tail/record.js';
export { LogTail, TailFlags, tailLogs } from './tail/tail.js';
