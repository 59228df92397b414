/** The difference of two texts, by diff(1). */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Execute } from '../process/index.js';

export interface Compared {
  /** How both are called. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** Unified, line by line; empty for equal texts. Errors: `VOPS-TOOL-MISSING`, `VOPS-TOOL-FAILED`. */
export async function differences(exec: Execute, { path, from, to }: Compared): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'viktoria-ops-diff-')); // 0700
  try {
    await writeFile(join(directory, 'from'), from);
    await writeFile(join(directory, 'to'), to);
    const labels = ['--label', path, '--label', `${path} (new)`];
    const { stdout } = await exec('diff', ['-u', ...labels, 'from', 'to'], { cwd: directory, okExitCodes: [0, 1] });
    return stdout === '' ? [] : stdout.split('\n');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
