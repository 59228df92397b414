/** Metrics as a file for the textfile collector of Prometheus' node_exporter: the text format, version 0.0.4. */

type Labels = Readonly<Record<string, string>>;

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly (readonly [Labels, number])[];
}

/** Families without a sample leave nothing. */
export const renderFamilies = (families: readonly Family[]): string => families.map(render).join('');

function render({ name, help, type, samples }: Family): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value]) => `${name}{${renderLabels(labels)}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

const renderLabels = (labels: Labels): string =>
  Object.entries(labels)
    .map(([label, value]) => `${label}="${value.replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? '')}"`)
    .join(',');

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
