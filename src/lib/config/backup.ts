/** Backups: where they go, what is in them, how long they stay, who can read them. */
import * as z from 'zod';
import { Duration, Size, TimeLimit } from '../units.js';
import { HttpUrl, SecretPostgresUrl, SecretText } from './text.js';

const Files = z.lazy(() =>
  z
    .strictObject({
      /** What `backup files` takes of the backend's root: paths and patterns such as `src/**`. Guide: these four. */
      include: z.array(z.string().min(1)).min(1).default(['config', 'src', 'logs', 'package.json']),
      /** Left out of it. Secrets are not for an archive: keep `.env` in a vault. */
      exclude: z.array(z.string().min(1)).default(['**/node_modules', '**/.env*', '**/.git', '**/*.partial']),
    })
    .prefault({}),
);

/** How many of the newest are kept, of each kind and source: the last of each of so many days, weeks, months, years. */
const Retention = z.lazy(() =>
  z
    .strictObject({
      /** Never fewer good ones than this. */
      minimum: z.number().int().min(1).default(3),
      /** The last of each of so many days that have one. */
      daily: z.number().int().min(0).default(7),
      /** Likewise of weeks, which begin on Monday. */
      weekly: z.number().int().min(0).default(5),
      /** Likewise of months. */
      monthly: z.number().int().min(0).default(12),
      /** Likewise of years. */
      yearly: z.number().int().min(0).default(0),
      /** All together, over all kinds; the minimum, the pinned and the last good one stay all the same. */
      maxSize: Size.optional(),
    })
    .prefault({}),
);

const Encryption = z.lazy(() =>
  z.strictObject({
    /** Public keys as age writes them (`age1…`): each of them can read the backup. */
    recipients: z.array(z.string().startsWith('age1', 'expected a public key of age, age1…')).min(1),
    /** Files of private keys (`age-keygen -o`), old ones too. Without them backups are made here and cannot be read. */
    identities: z.array(z.string().min(1)).default([]),
  }),
);

/** A bucket of Amazon S3, or of another service that speaks its language. */
const Remote = z.lazy(() =>
  z.strictObject({
    /** Address of the service, such as `https://s3.eu-central-1.amazonaws.com`. */
    endpoint: HttpUrl,
    /** As the service names it; many take anything. */
    region: z.string().min(1).default('us-east-1'),
    /** Its name; it goes into the path. */
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expected the name of a bucket'),
    /** Put before every name, such as `viktoria/production`. */
    prefix: z.string().default(''),
    /** Better by reference: `${env:NAME}`. */
    accessKeyId: SecretText,
    /** Likewise. */
    secretAccessKey: SecretText,
    /** Of one request, first byte to last; a part of 8 MiB (of files above 80 GB, of a ten thousandth) must get through in it. */
    timeout: TimeLimit.prefault('60s'),
    retention: Retention,
  }),
);

export const Backup = z.lazy(() =>
  z
    .strictObject({
      /** Default: `backups` in the state directory. */
      directory: z.string().min(1).optional(),
      files: Files,
      retention: Retention,
      encryption: Encryption.optional(),
      remote: Remote.optional(),
      /** `auto` takes zstd where it is present, else the gzip of Node.js. */
      compression: z.enum(['auto', 'zstd', 'gzip', 'none']).default('auto'),
      /** A newest archive or snapshot older than this is a warning; of a database: database.thresholds.backupAge. */
      maxAge: Duration.prefault('32d'),
      /** Longest a dump or a restore may take. */
      timeout: TimeLimit.prefault('4h'),
      /** Longest a dump may stand still. */
      idleTimeout: TimeLimit.prefault('10m'),
      /** Longest a dump waits for the lock on a table. */
      lockTimeout: TimeLimit.prefault('60s'),
      /** Tables up to this size are fingerprinted row by row, so that a restore is compared by content, too. */
      fingerprintUpTo: Size.prefault('16MB'),
      /** Sessions that restore side by side. */
      jobs: z.number().int().min(1).max(32).default(2),
      /** Where `backup verify` restores to: a server with room, not the one in production. Default: that of `database`. */
      verifyUrl: SecretPostgresUrl.optional(),
    })
    .prefault({}),
);
export type Retention = z.output<typeof Retention>;
