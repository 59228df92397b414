/** Tells when a file changes, appears or goes. */
import { watchFile as poll, unwatchFile } from 'node:fs';

export interface FileWatch {
  readonly stop: () => void;
}

/** Looked at, not listened for: that also sees files replaced by renaming, and needs nothing of the system. */
const INTERVAL_MS = 1_000;

/** Does not keep the process alive. */
export function watchFile(file: string, onChange: () => void): FileWatch {
  const listener = () => onChange();
  poll(file, { interval: INTERVAL_MS, persistent: false }, listener);
  return { stop: () => unwatchFile(file, listener) };
}
