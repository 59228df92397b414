/** The page /admin/monitoring of the application. */
import * as z from 'zod';
import { Duration } from '../units.js';
import { AbsolutePath } from './text.js';

export const Monitoring = z.lazy(() =>
  z
    .strictObject({
      /** File that `monitoring publish` writes, and the application reads (its option of the same name). */
      operatorStatusFile: AbsolutePath.optional(),
      /** After this the page calls what it says out of date: a few times as long as it takes until it is written again. */
      validFor: Duration.prefault('15m'),
    })
    .prefault({}),
);
