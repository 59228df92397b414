/** Rules that inhibit each other in a circle: none of them would ever be announced. */
import type { Path } from '../config/index.js';
import type { Rule } from './rule.js';

interface Cycle {
  readonly path: Path;
  readonly what: string;
}

/** Each cycle once, at the first of the configuration's rules in it: only they can close one. */
export function inhibitionCycles(rules: readonly Rule[], own: readonly Pick<Rule, 'name'>[]): readonly Cycle[] {
  const inhibited = rules.filter(({ inhibitedBy }) => inhibitedBy.length > 0); // few of a thousand
  const inhibitors = new Map(inhibited.map(({ name, inhibitedBy }) => [name, inhibitedBy]));
  const reported = new Set<string>();
  return own.flatMap(({ name }, index) => {
    const cycle = inhibitors.has(name) && !reported.has(name) ? cycleThrough(name, inhibitors) : undefined;
    if (cycle === undefined) return [];
    for (const member of cycle) reported.add(member);
    const circle = [...cycle, name].join(', inhibited by ');
    const what = `a circle in which nobody would hear of anything: ${circle}`;
    return [{ path: ['alerting', 'rules', index, 'inhibitedBy'], what }];
  });
}

/** The shortest way along the inhibitors from a rule back to itself. */
function cycleThrough(
  start: string,
  inhibitors: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const seen = new Set<string>();
  const ways: (readonly string[])[] = [[start]];
  for (const way of ways) {
    const next = inhibitors.get(way.at(-1) ?? start) ?? [];
    if (next.includes(start)) return way;
    const further = next.filter((name) => !seen.has(name));
    for (const name of further) seen.add(name);
    ways.push(...further.map((name) => [...way, name]));
  }
  return undefined;
}
