/**
 * The configuration: every section, its defaults, and where each default comes from ("guide" = the operator's
 * maintenance and monitoring guide). Strict: an unknown key is an error. A section that many commands do without is lazy:
 * its schema is built once it is in the file, or asked for.
 */
import * as z from 'zod';
import type { Finding } from '../status.js';
import { Duration, Size, TimeLimit } from '../units.js';
import { Alerting } from './alerting.js';
import { Backup } from './backup.js';
import { Capacity } from './capacity.js';
import { Configuration } from './configuration.js';
import { DatabaseMaintenance } from './database-maintenance.js';
import { DatabaseThresholds } from './database-thresholds.js';
import { Dependencies } from './dependencies.js';
import { Docs } from './docs.js';
import { FeatureFlags } from './feature-flags.js';
import { HealthLevels } from './health-levels.js';
import { Automation, Incident } from './incidents.js';
import { Integrity } from './integrity.js';
import { Kpis } from './kpis.js';
import { Metrics } from './metrics.js';
import { Monitoring } from './monitoring.js';
import type { Origin, Path } from './origin.js';
import { Performance } from './performance.js';
import { Security } from './security.js';
import { HttpUrl, SecretHttpUrl, SecretPostgresUrl, SecretText, SSL_MODES } from './text.js';

const App = z
  .strictObject({
    /** Where the backend answers; the guide's development address. */
    url: HttpUrl.default('http://localhost:1337'),
    /** Bearer secret of the hook-monitoring API. */
    token: SecretText.optional(),
    /** Longest one call may take, from the name lookup to the last byte of the answer. */
    timeout: TimeLimit.prefault('10s'),
    /** Root of the backend's files. */
    root: z.string().min(1).default('backend'),
  })
  .prefault({});

const Database = z
  .strictObject({
    /** Name, address, or the directory of a socket. */
    host: z.string().min(1).default('localhost'),
    /** Of the server, or of a pooler before it. */
    port: z.number().int().min(1).max(65535).default(5432),
    /** Role to log in as. */
    user: z.string().min(1).default('strapi'),
    /** Strapi's. */
    database: z.string().min(1).default('viktoria_wertheim'),
    /** Better in PGPASSWORD, ~/.pgpass or by reference. */
    password: SecretText.optional(),
    /** As libpq means it. */
    sslmode: z.enum(SSL_MODES).default('prefer'),
    /** Certificate authority (PEM file) for verify-ca and verify-full. */
    sslrootcert: z.string().optional(),
    /** Used instead of the settings above, past a pooler such as PgBouncer; what it leaves out, the port too, is as above. */
    directUrl: SecretPostgresUrl.optional(),
    /** Longest until a connection stands. */
    connectTimeout: TimeLimit.prefault('5s'),
    /** Longest a query may take, on the server and again in the client. */
    queryTimeout: TimeLimit.prefault('30s'),
    thresholds: DatabaseThresholds,
    maintenance: DatabaseMaintenance,
  })
  .prefault({});

const Maintenance = z.lazy(() =>
  z
    .strictObject({
      /** Errors in 24 h above which the daily tier warns (guide: 100). */
      errorCountWarning: z.number().int().min(0).default(100),
      /** Waiting jobs above which the daily tier warns (guide: 100). */
      queueSizeWarning: z.number().int().min(0).default(100),
      /** A job that has been ready this long shows that the workers do not keep up, or stand still. */
      queueAgeWarning: Duration.prefault('15m'),
      /** Longest one step may take unless the tier says otherwise. */
      stepTimeout: TimeLimit.prefault('5m'),
      /** How long a second run waits for the first, when not on a terminal. */
      lockWait: Duration.prefault('15m'),
      /** Run records and reports kept, per tier. */
      keepRuns: z.number().int().min(1).default(100),
    })
    .prefault({}),
);

const Logs = z.lazy(() =>
  z
    .strictObject({
      /** Default: `logs` in the backend's root. */
      directory: z.string().min(1).optional(),
      /** Which files of the directory are logs; `*` and `?` as in a shell. */
      pattern: z.string().min(1).default('*.log'),
      /** Rotate what is larger (guide: 100 MB). */
      rotateAbove: Size.prefault('100MB'),
      /** Delete rotated files that are older (guide: 7 days). */
      keepFor: Duration.prefault('7d'),
      /** `rename` needs `reopen` or a writer that reopens by itself; `copytruncate` can lose lines. */
      method: z.enum(['rename', 'copytruncate']).default('rename'),
      /** How the writer is told to open the new file: a signal to the process in a PID file, or a program. */
      reopen: z
        .union([
          z.strictObject({ signal: z.enum(['SIGHUP', 'SIGUSR1', 'SIGUSR2']), pidFile: z.string().min(1) }),
          z.strictObject({ command: z.array(z.string()).min(1) }),
        ])
        .optional(),
      /** How long the writer may take to let go of the renamed file before its compression is left to the next run. */
      reopenWithin: Duration.prefault('5s'),
      /** `auto` takes zstd or pigz where present, else the gzip of Node.js. */
      compression: z.enum(['auto', 'zstd', 'pigz', 'gzip', 'none']).default('auto'),
      /** Share of a log's lines that may be in no known format before its analysis counts as incomplete. */
      unrecognizedLimit: z.number().min(0).max(1).default(0.05),
    })
    .prefault({}),
);

const sections = {
  app: App,
  metrics: Metrics,
  database: Database,
  kpis: Kpis,
  health: HealthLevels,
  maintenance: Maintenance,
  logs: Logs,
  backup: Backup,
  integrity: Integrity,
  capacity: Capacity,
  performance: Performance,
  featureFlags: FeatureFlags,
  deps: Dependencies,
  monitoring: Monitoring,
  security: Security,
  docs: Docs,
  configuration: Configuration,
  alerting: Alerting,
  /** The guide's playbooks. */
  incidents: z.array(Incident).optional(),
  automation: Automation,
  /** Pinged at start, success and failure of every tier (healthchecks.io's shape: /start, /fail). */
  heartbeatUrl: SecretHttpUrl.optional(),
  /** Run records, locks, snapshots. Default: systemd's, else XDG's, else /var/lib/viktoria-ops for root. */
  stateDirectory: z.string().min(1).optional(),
} as const;

/** `all` stands for every one of them in --env all. */
const EnvironmentName = z.string().regex(/^(?!all$)[a-z][\w-]*$/i);

/** What a file may hold: the sections, and per environment whatever overrides them. */
export const ConfigFile = z.strictObject({
  ...sections,
  /** Name → sections that override those above; chosen with --env. Parsed again once merged. */
  environments: z.record(EnvironmentName, z.record(z.string(), z.unknown())).optional(),
});

/** One environment, merged, references resolved. */
export const ConfigSections = z.strictObject(sections);
export type ConfigSections = z.output<typeof ConfigSections>;

/** What the program works with: everything resolved, every path absolute. */
export interface Config extends ConfigSections {
  /** The section of `environments` chosen with --env; `default` when none was. */
  readonly environment: string;
  /** The file it was read from; undefined when only defaults and the environment hold. */
  readonly file: string | undefined;
  readonly logs: ConfigSections['logs'] & { readonly directory: string };
  readonly backup: ConfigSections['backup'] & { readonly directory: string };
  readonly docs: { readonly directory: string };
  readonly stateDirectory: string;
  /** What the operator should know about the configuration though it holds: a file others can read, one passed over. */
  readonly warnings: readonly Finding[];
  /** Where the value at a path comes from. */
  readonly origins: () => Promise<(path: Path) => Origin>;
  /** Whether the value at a path is given, rather than the default. */
  readonly isSet: (path: Path) => boolean;
}
