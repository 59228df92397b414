/** GitHub Actions: is the backend well after a deployment? */
import { fill, json, publicAddress } from '../fill.js';
import type { Template } from '../template.js';

export const githubActions: Template = {
  name: 'github-actions',
  summary: 'a smoke check of the backend after each deployment',
  check: 'actionlint viktoria-smoke.yml',
  next: [
    'cp github-actions/viktoria-smoke.yml .github/workflows/, in the repository of an application that depends on viktoria-ops',
    'gh secret set HOOK_MONITORING_SECRET',
  ],
  files: async ({ config: { app } }) => [
    {
      path: 'viktoria-smoke.yml',
      belongs: '.github/workflows/viktoria-smoke.yml',
      text: await fill('github-actions/viktoria-smoke.yml', { url: json(publicAddress(app.url)) }),
    },
  ],
};
