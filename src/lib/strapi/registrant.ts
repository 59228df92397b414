/** Who called, by the stack. */
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const FRAME = /\(?((?:file:\/\/)?[^()\s]+?):\d+:\d+\)?$/;

/**
 * The file of the application, or the package, from which the call came.
 * @param stack of an Error made in the function that was called; what else `Error.prepareStackTrace` makes of it tells nothing
 * @param root the application's directory
 * @returns such as `src/index.js` or `@acme/strapi-plugin-search`; `subscriber` when the stack does not tell
 */
export function registrantOf(stack: unknown, root: string): string {
  if (typeof stack !== 'string') return 'subscriber';
  // The message, the function the error was made in, then whoever called it.
  const [, , caller = ''] = stack.split('\n');
  const file = FRAME.exec(caller.trim())?.[1];
  if (!file || file.startsWith('node:')) return 'subscriber';
  const path = file.startsWith('file://') ? fileURLToPath(file) : file;
  const [, name] = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path.split(sep).join('/')) ?? [];
  return name ?? relative(root, path).replace(/^dist[/\\]/, '');
}
