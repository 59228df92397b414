/** Lines of the Prometheus text format, version 0.0.4. */

type Labels = Readonly<Record<string, string>>;
/** Labels as text, and the value. */
export type Sample = readonly [labels: string, value: number];

const family = (type: string) => (name: string, help: string, samples: readonly Sample[]) => {
  let text = samples.length === 0 ? '' : head(name, type, help);
  for (const [labels, value] of samples) text += labels === '' ? `${name} ${value}\n` : `${name}{${labels}} ${value}\n`;
  return text;
};
export const gauge = family('gauge');
export const counter = family('counter');

export const head = (name: string, type: string, help: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;

export const sample = (labels: Labels, value: number): Sample => [labelText(labels), value];
export const single = (value: number): readonly Sample[] => [['', value]];
export const ifKnown = (value: number | undefined): readonly Sample[] => (value === undefined ? [] : single(value));

export const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeValue(value)}"`)
    .join(',');

const escapeValue = (value: string): string => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
