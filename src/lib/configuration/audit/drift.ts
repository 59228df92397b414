/** Where the environments of the configuration differ though nobody said that they should. */
import { listEnvironments } from '../../config/index.js';
import { OperatorError } from '../../errors.js';
import type { Finding } from '../../status.js';
import { compareValues } from '../diff/values.js';
import { type EnvironmentContext, readEnvironment } from '../state/environment.js';
import { BACKEND_VALUES, type ConfigState, OWN_VALUES } from '../state/state.js';
import type { Drift } from './report.js';

/** Production is what the others are held against, where there is one. */
const REFERENCE = 'production';

export async function readDrift(context: EnvironmentContext): Promise<{ drift: Drift[]; findings: Finding[] }> {
  const { file, configuration } = await context.config();
  const names = await listEnvironments(file);
  const findings: Finding[] = [];
  const states: ConfigState[] = [];
  for (const name of names.length < 2 ? [] : names) {
    const state = await readOne(context, name, findings);
    if (state) states.push(state);
  }
  const reference = states.find(({ label }) => nameOf(label) === REFERENCE) ?? states[0];
  const isExpected = matcherOf(configuration.expectedDrift);
  const others = states.filter((state) => state !== reference);
  const drift = others.flatMap((state) => (reference ? driftBetween(reference, state) : []));
  return { drift: drift.filter(({ key }) => !isExpected(key)), findings };
}

const nameOf = (label: string) => label.replace(/^env:/, '');

/** Its secrets may be on another host: then it cannot be compared here. */
async function readOne(context: EnvironmentContext, name: string, findings: Finding[]) {
  try {
    return await readEnvironment(context, name);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const message = `the environment ${name} cannot be compared: ${error.message}`;
    findings.push({ code: 'VOPS-CONFIG-AUDIT-INCOMPLETE', severity: 'info', message });
    return undefined;
  }
}

function driftBetween(reference: ConfigState, state: ConfigState): Drift[] {
  return [OWN_VALUES, BACKEND_VALUES].flatMap((path) => {
    const [expected, own] = [reference, state].map(
      (side) => JSON.parse(String(side.files.get(path) ?? '{}')) as unknown,
    );
    const about = { environment: nameOf(state.label), reference: nameOf(reference.label) };
    const differing = compareValues(expected, own).filter(({ before, after }) => before !== null || after !== null);
    return differing.map(({ key, before, after }) => ({ ...about, key, value: after, expected: before }));
  });
}

/** `database.**` is everything below it, `*.url` one part and then `url`. */
export function matcherOf(patterns: readonly string[]): (key: string) => boolean {
  const tests = patterns.map((pattern) => {
    const parts = pattern.split('.').map((part) => {
      if (part === '**') return '.+';
      return part
        .split('*')
        .map((text) => text.replace(/[^\w]/g, '\\$&'))
        .join('[^.]*');
    });
    return new RegExp(`^${parts.join('\\.')}(?:\\[\\d+\\])?$`);
  });
  return (key) => tests.some((test) => test.test(key));
}
