import * as z from 'zod';
import { defineCommand } from '../lib/command.js';
import { describeVersion, VersionResult } from '../lib/version.js';

export default defineCommand({
  flags: z.object({}),
  result: VersionResult,
  run: describeVersion,
  summary: ({ version }) => version,
  view: ({ node, platform }, theme) =>
    theme.fields([
      ['node', node],
      ['platform', platform],
    ]),
  examples: ['viktoria-ops version', 'viktoria-ops version --json'],
  sample: { version: '1.0.0', node: 'v20.19.0', platform: 'linux x64' },
});
