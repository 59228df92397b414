/** `config diff`: what differs between two configurations. Secrets are compared, never shown. */
import { randomBytes } from 'node:crypto';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { fingerprintOf } from '../fingerprints.js';
import { type StateContext, selectState } from '../state/select.js';
import type { ConfigState } from '../state/state.js';
import { compareStates } from './compare.js';
import type { ConfigDiff, ConfigDiffFlags } from './report.js';

/** Errors: those of `selectState`. A difference is no finding: it is what was asked for. */
export async function diffConfig(context: StateContext, { from, to }: ConfigDiffFlags): Promise<Outcome<ConfigDiff>> {
  const before = await selectState(context, from);
  const after = await selectState(context, to);
  const files = await compareStates(before, after, createFingerprinter());
  const compared = [...before.files.keys()].filter((path) => after.files.has(path)).length;
  const result = { from: sideOf(before), to: sideOf(after), compared, files };
  return conclude(result, [...before.findings, ...after.findings, ...incomparable(before, after)]);
}

const sideOf = ({ label, at }: ConfigState) => ({ label, at });

/** Of this run only: what is shown cannot be used to find a secret by trying. */
export function createFingerprinter(): (secret: string) => string {
  const key = randomBytes(32);
  return (secret) => `***${fingerprintOf(secret, key).slice(0, SHOWN_LETTERS)}`;
}

const SHOWN_LETTERS = 4;

function incomparable(before: ConfigState, after: ConfigState): Finding[] {
  const sides = [before, after].filter(({ label }) => !label.startsWith('env:'));
  if (sides.length < 2 || (before.fingerprints && before.fingerprints.keyId === after.fingerprints?.keyId)) return [];
  const message = 'whether values of secrets differ cannot be told: one side has no fingerprints made with our key';
  const hint = 'snapshots made from now on have them (viktoria-ops config backup)';
  return [{ code: 'VOPS-CONFIG-NO-FINGERPRINTS', severity: 'info', message, hint }];
}
