/** When a hook counts as slower than before, and what a load test may do. The guide names no numbers: these are ours. */
import * as z from 'zod';
import { Duration } from '../units.js';
import { SecretText } from './text.js';

const LoadTest = z
  .strictObject({
    /** Sent as a bearer token; one of the test environment, for the certificate is checked only before the test. */
    token: SecretText.optional(),
    /** Share of failed requests above which the test stops at once. */
    stopAbove: z.number().min(0).max(1).default(0.5),
  })
  .prefault({});

export const Performance = z.lazy(() =>
  z
    .strictObject({
      /** The least change of a hook's median or p95 that is told, as a share: 0.1 is 10 %. */
      change: z.number().min(0.01).max(10).default(0.1),
      /** A smaller difference is none, whatever its share. */
      changeAbove: Duration.prefault('1ms'),
      /** Of the changes that are told, at most this share is expected to be chance. */
      falseDiscoveryRate: z.number().min(0.001).max(0.5).default(0.05),
      /** Restarts and changes of the configuration this close to where a change was first seen are named with it. */
      changesWithin: Duration.prefault('12h'),
      loadTest: LoadTest,
    })
    .prefault({}),
);
export type Performance = z.output<typeof Performance>;
