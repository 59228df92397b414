/** How schemas parse. Apart from everything that builds one, for it must be said before. */
import * as z from 'zod';

/** Each schema parses once or twice a run, which never pays for the code zod would generate with `new Function`. */
export function parseWithoutCodeGeneration(): void {
  z.config({ jitless: true });
}
