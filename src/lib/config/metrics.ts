/** Where figures come from: the application itself, or a Prometheus (or what speaks its language) that scrapes it. */
import * as z from 'zod';
import { TimeLimit } from '../units.js';
import { HttpUrl, SecretText } from './text.js';

const LabelName = z.string().regex(/^[a-zA-Z_]\w*$/, 'expected the name of a label, such as job');

export const Metrics = z
  .strictObject({
    /** `prometheus`: hooks, errors, jobs and usage are asked of `metrics.url`, of all instances that are scraped; what is no metric stays with the application. */
    source: z.enum(['api', 'prometheus']).default('api'),
    /** Prometheus, VictoriaMetrics, Thanos or Mimir: what stands before `/api/v1/query`. */
    url: HttpUrl.default('http://localhost:9090'),
    /** Labels that the series of this environment have; the guide's scrape configuration calls the job so. */
    selector: z.record(LabelName, z.string()).prefault({ job: 'viktoria-hooks' }),
    /** Bearer secret of that address. */
    token: SecretText.optional(),
    /** With `password` instead of a token: HTTP Basic. */
    username: z.string().min(1).optional(),
    /** Better by reference. */
    password: SecretText.optional(),
    /** Whose series are asked for, where several share the place: the header X-Scope-OrgID of Mimir and Cortex. */
    tenant: z.string().min(1).optional(),
    /** Longest one query may take. */
    timeout: TimeLimit.prefault('30s'),
  })
  .prefault({});
export type Metrics = z.output<typeof Metrics>;
