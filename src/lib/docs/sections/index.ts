/** The sections of the handbook, in the order they are read. To add one: a file, and a line here. */
import type { Section } from '../section.js';
import { alertRules } from './alert-rules.js';
import { backups } from './backups.js';
import { checks } from './checks.js';
import { contacts } from './contacts.js';
import { hooks } from './hooks.js';
import { installation } from './installation.js';
import { kpis } from './kpis.js';
import { playbooks } from './playbooks.js';
import { restore } from './restore.js';
import { schedule } from './schedule.js';

export const sections: readonly Section[] = [
  installation,
  contacts,
  playbooks,
  restore,
  backups,
  schedule,
  alertRules,
  kpis,
  checks,
  hooks,
];
