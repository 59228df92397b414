import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { ConfigValidation, validateConfig } from '../../lib/configuration/index.js';

export default defineCommand({
  flags: z.object({}),
  result: ConfigValidation,
  run: validateConfig,
  summary: ({ file, environment, problems }) =>
    `${file ?? 'no configuration file, the defaults hold'} (environment ${environment}): ${problems === 0 ? 'valid' : `${problems} to look at`}`,
  view: ({ sections, valuesSet, rulesChecked }, theme) =>
    theme.fields([
      ['sections', sections.join(', ') || 'none: defaults only'],
      ['values set', theme.count(valuesSet)],
      ['rules checked', theme.count(rulesChecked)],
    ]),
  spansEnvironments: true,
  examples: ['viktoria-ops config validate', 'viktoria-ops config validate --env production'],
  sample: {
    environment: 'production',
    file: '/srv/viktoria/.monitoringrc.json',
    sections: ['app', 'database', 'alerting'],
    valuesSet: 14,
    rulesChecked: 10,
    problems: 0,
  },
});
