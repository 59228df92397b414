/** What `system` reports: the contract's SystemMetrics, each part null when it could not be read, and more beside. */
import * as z from 'zod';
import { SystemMetrics } from '../contract/index.js';

/** Sizes in bytes, usage 0..1. */
const Filesystem = z.object({
  mount: z.string(),
  device: z.string(),
  type: z.string(),
  sizeBytes: z.number(),
  usedBytes: z.number(),
  /** What is left to ordinary users. */
  availableBytes: z.number(),
  usage: z.number(),
  /** Null where the file system has no fixed number of inodes. */
  inodeUsage: z.number().nullable(),
  isWritable: z.boolean(),
});
export type Filesystem = z.infer<typeof Filesystem>;

const { cpu, memory, disk, network } = SystemMetrics.shape;

export const SystemReport = z.object({
  cpu: cpu.extend({ cores: z.number() }).nullable(),
  memory: memory
    .extend({
      total: z.number(),
      available: z.number(),
      usage: z.number(),
      swapUsed: z.number(),
      swapTotal: z.number(),
    })
    .nullable(),
  /** Sums over the file systems below. */
  disk: disk.nullable(),
  network,
  filesystems: z.array(Filesystem),
  /** Busiest first; `cpuUsage` is the share of all cores, `name` is what the process calls itself. */
  processes: z.array(z.object({ pid: z.number(), name: z.string(), cpuUsage: z.number(), memoryBytes: z.number() })),
});
export type SystemReport = z.infer<typeof SystemReport>;
