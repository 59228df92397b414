/** Writes every section, or says what was last known of it. */
import { OperatorError } from '../errors.js';
import type { Finding } from '../status.js';
import { text } from './block.js';
import type { Memory } from './memory.js';
import type { Section, Subject } from './section.js';
import { sections } from './sections/index.js';
import type { WrittenSection } from './written.js';

interface SectionReport extends WrittenSection {
  readonly state: 'known' | 'last-known' | 'unknown';
}

export interface Writing {
  readonly sections: readonly SectionReport[];
  /** What is to be remembered of this time. */
  readonly memory: Memory;
  readonly findings: readonly Finding[];
}

/** A section that cannot be written is a finding, and the others are written. */
export async function writeSections(subject: Subject, memory: Memory): Promise<Writing> {
  const written = await Promise.all(sections.map((section) => write(section, subject, memory)));
  return {
    sections: written.map(({ report }) => report),
    memory: Object.fromEntries(written.flatMap(({ report: { id }, entry }) => (entry ? [[id, entry]] : []))),
    findings: written.flatMap(({ finding }) => finding ?? []),
  };
}

interface Written {
  readonly report: SectionReport;
  readonly entry: Memory[string] | undefined;
  readonly finding?: Finding;
}

async function write({ id, title, write: make }: Section, subject: Subject, memory: Memory): Promise<Written> {
  const known = memory[id];
  try {
    // A secret may be part of what is none by its name, such as an address.
    const blocks = subject.context.redactor.data([...(await make(subject))]);
    const isSame = known !== undefined && JSON.stringify(known.blocks) === JSON.stringify(blocks);
    const at = isSame ? known.at : subject.context.now().toISOString();
    return { report: { id, title, blocks, state: 'known' }, entry: { at, blocks } };
  } catch (error) {
    if (!(error instanceof OperatorError) || subject.context.signal.aborted) throw error;
    const report = outdated({ id, title }, known, subject.context.redactor.text(error.message));
    const { code, message, hint } = error;
    const finding: Finding = { code, severity: 'unknown', message: `${title}: ${message}`, ...(hint && { hint }) };
    return { report, entry: known, finding };
  }
}

function outdated(about: Pick<Section, 'id' | 'title'>, known: Memory[string] | undefined, why: string): SectionReport {
  if (known === undefined) return { ...about, state: 'unknown', blocks: [text(`Not known: ${why}.`)] };
  const note = text(`As last seen, unchanged since ${known.at}. It could not be looked at again: ${why}.`);
  return { ...about, state: 'last-known', blocks: [note, ...known.blocks] };
}
