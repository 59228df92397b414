/**
 * What runs on a core of its own: it counts the chunks it is told of. A file of its own in the bundle, so what it imports
 * is all that each worker loads.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Analyzer } from './analyzer.js';
import type { WorkerData, WorkerRequest } from './lanes.js';

const { options, buffers }: WorkerData = workerData;
const analyzer = new Analyzer(options);

parentPort?.on('message', (request: WorkerRequest) => {
  if (request === 'finish') {
    parentPort?.postMessage(analyzer.tally);
    parentPort?.close();
    return;
  }
  const buffer = buffers[request.buffer];
  if (buffer) parentPort?.postMessage(analyzer.analyze(buffer.subarray(0, request.length)));
});
