/** What a template is: files for another program, made for this installation. */
import type { Config } from '../config/index.js';

export interface Template {
  /** As it is asked for, and the directory it is written to. */
  readonly name: string;
  readonly summary: string;
  /** The command that checks the files, in their directory; undefined where there is none. */
  readonly check?: string;
  /** What to do with the files, one step a line. */
  readonly next: readonly string[];
  readonly files: (installation: Installation) => Promise<readonly TemplateFile[]>;
}

export interface TemplateFile {
  /** Below the directory of the template. */
  readonly path: string;
  /** Where it belongs on the machine that uses it. */
  readonly belongs: string;
  readonly text: string;
  /** Default: 0644. */
  readonly mode?: number;
}

/** What files are made for. */
export interface Installation {
  readonly config: Config;
  /** What scheduled runs read; it need not be there yet. */
  readonly configFile: string;
  /** PATH in which the program is found by what starts it: the directories of this Node.js and of ours, then the usual ones. */
  readonly searchPath: string;
}
