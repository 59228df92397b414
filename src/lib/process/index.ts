/** Programs run by us: argument arrays, a timeout each, never a shell. */

export interface ExecuteOptions {
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a program to its end and returns what it printed. Errors: `VOPS-TOOL-MISSING`, `VOPS-TOOL-FAILED`. */
export type Execute = (
  file: string,
  args: readonly string[],
  options?: ExecuteOptions,
) => Promise<{ readonly stdout: string; readonly stderr: string }>;
