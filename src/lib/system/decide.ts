/** Readings of the host → what an operator should know. Pure. */
import type { Config } from '../config/index.js';
import type { Finding } from '../status.js';
import type { SystemReport } from './report.js';

interface Level {
  readonly warning?: number | undefined;
  readonly critical?: number | undefined;
}

/** Memory and writable file systems against `kpis.memoryUsage` and `kpis.diskUsage`; inodes run out like bytes do. */
export function judgeSystem(
  { memory, filesystems }: Pick<SystemReport, 'memory' | 'filesystems'>,
  { memoryUsage, diskUsage }: Pick<Config['kpis'], 'memoryUsage' | 'diskUsage'>,
): readonly Finding[] {
  const findings: (Finding | undefined)[] = [
    above(memory?.usage, memoryUsage, {
      code: 'VOPS-MEMORY-USAGE',
      what: 'memory',
      hint: 'see the busiest processes above; the first to grow is the one to look at',
    }),
  ];
  for (const { mount, usage, inodeUsage, isWritable } of filesystems) {
    if (!isWritable) continue; // an image mounted read-only is always full
    findings.push(
      above(usage, diskUsage, {
        code: 'VOPS-DISK-USAGE',
        what: `the file system at ${mount}`,
        hint: `see what fills it: du -xh --max-depth=2 ${mount} | sort -h | tail`,
      }),
      above(inodeUsage ?? undefined, diskUsage, {
        code: 'VOPS-INODE-USAGE',
        what: `the inode table at ${mount}`,
        hint: `see where the many small files are: du -x --inodes --max-depth=2 ${mount} | sort -n | tail`,
      }),
    );
  }
  return findings.filter((finding) => finding !== undefined);
}

function above(
  usage: number | undefined,
  { warning = 1, critical = Number.POSITIVE_INFINITY }: Level,
  { code, what, hint }: { readonly code: string; readonly what: string; readonly hint: string },
): Finding | undefined {
  if (usage === undefined || usage <= warning) return undefined;
  const severity = usage > critical ? 'error' : 'warning';
  const limit = severity === 'error' ? critical : warning;
  return { code, severity, message: `${what} is ${percent(usage)} used (limit ${percent(limit)})`, hint };
}

const percent = (fraction: number) => `${(fraction * 100).toFixed(1).replace(/\.0$/, '')} %`;
