/** What an audit log is made of: one line for each thing that was done, decided or refused. */
import * as z from 'zod';

export const AuditEntry = z.object({
  /** A person (`anna`, `root, by sudo of anna`), or `automation:<playbook>@<hash of its text>`. */
  actor: z.string(),
  /** What, as `<noun>.<verb>`: `silence.added`, `step.started`. */
  action: z.string(),
  /** On what. */
  subject: z.string(),
  /** How it ended, in words: `done`, `refused: automation is paused`. */
  outcome: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type AuditEntry = z.output<typeof AuditEntry>;

const Digest = z.string().regex(/^[0-9a-f]{64}$/);

/** An entry in its place of the chain. */
export const AuditRecord = AuditEntry.extend({
  /** 1, 2, … */
  sequence: z.number().int().min(1),
  /** Hash of the record before; of the first, zeros. */
  previous: Digest,
  at: z.iso.datetime(),
  host: z.string(),
  /** Name of the run that wrote it. */
  runId: z.string(),
  /** SHA-256 of the rest of the line, as it stands there. */
  hash: Digest,
});
export type AuditRecord = z.output<typeof AuditRecord>;

/** Where a chain has come to. */
export const ChainEnd = AuditRecord.pick({ hash: true }).extend({ sequence: z.number().int().min(0) });
export type ChainEnd = z.output<typeof ChainEnd>;

/** Before the first record. */
export const CHAIN_ORIGIN: ChainEnd = { sequence: 0, hash: '0'.repeat(64) };

/**
 * The action of a record that vouches for what stands between it and the record before, which is not a record: a line
 * that a crash cut short.
 */
export const SEALED = 'audit.sealed';

/** Details of such a record. */
export const Seal = z.object({
  /** SHA-256 of those bytes, without line ends after them. */
  sha256: Digest,
  bytes: z.number(),
  /** The file that remembers the end of the chain was gone. */
  isHeadMissing: z.boolean(),
});
export type Seal = z.output<typeof Seal>;
