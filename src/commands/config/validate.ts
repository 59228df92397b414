import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { ConfigValidation, validateConfig } from '../../lib/configuration/index.js';
import { countOf } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  flags: z.object({}),
  result: ConfigValidation,
  run: validateConfig,
  summary: ({ file, environment, problems }) =>
    `${file ?? 'no configuration file, the defaults hold'} (environment ${environment}): ${problems === 0 ? 'valid' : `${problems} to look at`}`,
  view,
  spansEnvironments: true,
  examples: ['viktoria-ops config validate', 'viktoria-ops config validate --env production'],
  sample: {
    environment: 'production',
    file: '/srv/viktoria/.monitoringrc.json',
    sections: ['app', 'database', 'alerting'],
    valuesSet: 14,
    rulesChecked: 10,
    problems: 0,
    backend: {
      root: '/srv/viktoria/backend',
      nodeEnv: 'production',
      files: 6,
      settings: [
        { setting: 'APP_KEYS', place: '.env', verdict: 'safe' },
        { setting: 'middlewares strapi::cors origin', place: 'config/middlewares.ts:4', verdict: 'unknown' },
      ],
    },
  },
});

function view({ sections, valuesSet, rulesChecked, backend }: ConfigValidation, theme: Theme): string {
  const own = theme.fields([
    ['sections', sections.join(', ') || 'none: defaults only'],
    ['values set', theme.count(valuesSet)],
    ['rules checked', theme.count(rulesChecked)],
    ['backend', backend === null ? 'not on this host' : `${countOf(backend.files, 'file')}, as ${backend.nodeEnv}`],
  ]);
  if (backend === null || backend.settings.length === 0) return own;
  const rows = backend.settings.map(({ setting, verdict, place }) => [
    setting,
    theme.tone(TONES[verdict], verdict),
    place,
  ]);
  return `${own}\n${theme.table(['setting of the backend', 'verdict', 'where'], rows)}`;
}

const TONES = { safe: 'plain', risky: 'caution', unknown: 'faint' } as const;
