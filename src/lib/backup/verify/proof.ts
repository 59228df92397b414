/** What a level of the ladder came to. */
import { OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import type { Site } from '../unpack/content.js';

export interface Proof {
  /** Remarks on a backup that is good all the same. */
  readonly findings: readonly Finding[];
  /** Why the backup is no good one. */
  readonly failure?: string;
}

/** A backup to be proven, and the state directory to do it in. */
export interface ProvingSite extends Site {
  readonly state: string;
}

/**
 * The proof of this work. That the backup is damaged is its news, not an error; whatever else keeps us from reading it
 * (no key, no tool, no room, an abort) is one, for then nothing is known of the backup.
 */
export async function proofOf(site: Site, work: () => Promise<Proof>): Promise<Proof> {
  try {
    return await work();
  } catch (error) {
    // A program that unpacks has nothing else to complain of: its disk is none, and level 1 has found the bytes whole.
    const isNews = error instanceof OperatorError && /^VOPS-(BACKUP-DAMAGED|TOOL-FAILED)$/.test(error.code);
    if (!isNews || site.signal.aborted) throw error;
    return { findings: [], failure: error.message };
  }
}
