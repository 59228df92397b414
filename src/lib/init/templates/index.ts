/** The templates, in the order in which they are listed. */
import type { Template } from '../template.js';
import { alerts } from './alerts.js';
import { compose } from './compose.js';
import { config } from './config.js';
import { cron } from './cron.js';
import { githubActions } from './github-actions.js';
import { grafana } from './grafana.js';
import { logrotate } from './logrotate.js';
import { logstash } from './logstash.js';
import { playbooks } from './playbooks.js';
import { pm2 } from './pm2.js';
import { prometheus } from './prometheus.js';
import { systemd } from './systemd.js';

export const templates: readonly Template[] = [
  config,
  playbooks,
  alerts,
  systemd,
  cron,
  logrotate,
  prometheus,
  grafana,
  logstash,
  githubActions,
  compose,
  pm2,
];
