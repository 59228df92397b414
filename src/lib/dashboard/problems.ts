/** From the panels to the sentence an operator reads first. Pure. */
import { ERROR_CODES } from '../errors.js';
import { findingsOfParts } from '../parts.js';
import { type Finding, SEVERITIES } from '../status.js';
import type { PanelReport } from './panel.js';

export type Problem = Finding;

/** Dependencies whose absence several panels meet, each in its own words. */
const isAbsence = (code: string): boolean => code in ERROR_CODES && ERROR_CODES[code as keyof typeof ERROR_CODES] === 4;

/** What asks for attention, the worst first; every cause once, with the panels that met it. */
export function problemsOf(panels: readonly PanelReport[]): Problem[] {
  const found = findingsOfParts(panels.map((panel) => ({ ...panel, name: panel.id })));
  const seen = new Set<string>();
  return found
    .filter(({ severity }) => severity !== 'info')
    .filter(({ code }) => {
      const isKnown = seen.has(code);
      if (isAbsence(code)) seen.add(code);
      return !isKnown;
    })
    .toSorted((one, other) => SEVERITIES.indexOf(other.severity) - SEVERITIES.indexOf(one.severity));
}

/** `2 problems: …`, the worst in full. */
export function sentenceOf(panels: readonly PanelReport[], problems: readonly Problem[]): string {
  const [worst] = problems;
  if (worst) return `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}: ${worst.message}`;
  return panels.some(({ asOf }) => asOf === null) ? 'reading …' : 'all well';
}
