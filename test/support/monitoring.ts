import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One HTTP request; GET unless said. */
export function get(
  url: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly data?: unknown;
  } = {},
): Promise<Answer> {
  const { data, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = request(url, { timeout: 10_000, agent: false, ...rest }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end(data === undefined ? undefined : JSON.stringify({ data }));
  });
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
interface Family {
  readonly type: string;
  readonly samples: Sample[];
}

const HEAD = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.+)$/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?[\d.e+-]+|NaN|[+-]Inf)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/gy;

/** A strict reader of the Prometheus text format: throws at anything the format does not allow. */
export function parseMetrics(text: string): Map<string, Family> {
  if (!text.endsWith('\n') || text.includes('\r')) throw new Error('lines must end in LF, the last one too');
  const families = new Map<string, Family>();
  let current: { name: string; family: Family } | undefined;
  let helped = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const head = HEAD.exec(line);
    if (head?.[1] === 'HELP') helped = head[2] ?? '';
    else if (head) {
      const [, , name = '', type = ''] = head;
      if (helped !== name) throw new Error(`TYPE without its HELP: ${line}`);
      if (families.has(name)) throw new Error(`twice: ${name}`);
      if (!/^(counter|gauge|histogram)$/.test(type)) throw new Error(`type ${type}`);
      if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`a counter ends in _total: ${name}`);
      current = { name, family: { type, samples: [] } };
      families.set(name, current.family);
    } else current?.family.samples.push(parseSample(line, current));
  }
  return families;
}

function parseSample(line: string, current: { name: string; family: Family }): Sample {
  const [, name = '', labelText = '', value = ''] = SAMPLE.exec(line) ?? [];
  const suffixes = current.family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  if (!suffixes.some((suffix) => name === current.name + suffix)) throw new Error(`not of ${current.name}: ${line}`);
  const labels: Record<string, string> = {};
  let end = 0;
  for (const [whole, label = '', escaped = ''] of labelText.matchAll(LABEL)) {
    if (label in labels) throw new Error(`label twice: ${line}`);
    labels[label] = escaped.replace(/\\(.)/g, (_, character) => (character === 'n' ? '\n' : character));
    end += whole.length;
  }
  if (end !== labelText.length) throw new Error(`labels: ${line}`);
  const key = JSON.stringify([name, labels]);
  if (current.family.samples.some((sample) => JSON.stringify([sample.name, sample.labels]) === key)) {
    throw new Error(`sample twice: ${line}`);
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}
