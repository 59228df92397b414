/** Reads chunks of whole lines and counts what they say. One runs on each core; what they have counted adds up. */
import { decode, isCapital } from '../entries/bytes.js';
import { type Entry, FORMATS, type LoggedRequest } from '../entries/entry.js';
import { JsonLine } from '../entries/json-line.js';
import { UNUSUAL } from '../entries/json-tokens.js';
import { rankOf } from '../entries/levels.js';
import { parseEntry } from '../entries/parse-entry.js';
import { requestOf, routeOf } from '../entries/request.js';
import { TimeReader } from '../entries/time-reader.js';
import { createZone } from '../entries/zone.js';
import { type ChunkReport, createChunkReport, LONGEST_CONTINUATION, MAX_SAMPLES } from './chunk.js';
import { GROUPED_RANKS, Tally, type TemplateCount } from './tally.js';
import { LONGEST_MESSAGE, Templates } from './templates.js';

/** What a worker is told once. */
export interface AnalyzerOptions {
  /** Of times that name no zone; undefined for that of the host. */
  readonly zone: string | undefined;
  /** Entries from before are not counted; ms since the epoch, -Infinity for all. */
  readonly since: number;
}

const [LINE_FEED, CARRIAGE_RETURN, OPEN_BRACE, SPACE, SLASH] = [0x0a, 0x0d, 0x7b, 0x20, 0x2f];
const JSON_FORMAT = FORMATS.indexOf('json');
const LONGEST_STACK = 2_000;
/** Of a line in no known format. */
const LONGEST_SAMPLE = 200;

export class Analyzer {
  readonly tally: Tally;
  private readonly times: TimeReader;
  private readonly line: JsonLine;
  private readonly templates = new Templates();
  private report = createChunkReport();
  /** The group whose first entry may go on in the next line. */
  private openGroup: TemplateCount | undefined;

  constructor({ zone, since }: AnalyzerOptions) {
    this.tally = new Tally(since);
    this.times = new TimeReader(createZone(zone));
    this.line = new JsonLine(this.times);
  }

  /** Counts the lines of a chunk, which ends with a line feed. */
  analyze(bytes: Uint8Array): ChunkReport {
    this.report = createChunkReport();
    this.openGroup = undefined;
    for (let at = 0; at < bytes.length; at++) {
      const end = bytes[at] === OPEN_BRACE ? this.readJson(bytes, at) : UNUSUAL;
      at = end === UNUSUAL ? this.readAny(bytes, at) : end;
      this.report.lines++;
    }
    return this.report;
  }

  /** The common case, without a string. Returns the position of the line feed, or `UNUSUAL`. */
  private readJson(bytes: Uint8Array, start: number): number {
    const { line, tally } = this;
    const end = line.read(bytes, start);
    if (end === UNUSUAL) return UNUSUAL;
    this.begin(JSON_FORMAT);
    if (!tally.add(line.rank, line.time)) return end;
    if (line.hook !== '' && !Number.isNaN(line.durationMs)) tally.addHook(line.rank, line.hook, line.durationMs);
    if (line.hasEscapes || mayBeRequest(bytes, line.messageStart, line.messageEnd)) {
      this.addRequest(requestOf(line.message(bytes)));
    }
    if (line.rank < GROUPED_RANKS) this.groupJson(bytes, start, end);
    return end;
  }

  private groupJson(bytes: Uint8Array, start: number, end: number): void {
    const { line, tally, templates } = this;
    const template = line.hasEscapes
      ? this.templateOf(line.message(bytes))
      : templates.of(bytes, line.messageStart, line.messageEnd);
    const group = tally.addTemplate(line.rank, template, line.time);
    if (group === undefined) return;
    describe(group, parseEntry(bytes, { start, end }, this.times));
  }

  /** A line of any format, and of none. Returns the position of its line feed. */
  private readAny(bytes: Uint8Array, start: number): number {
    const end = bytes.indexOf(LINE_FEED, start);
    const entry = parseEntry(bytes, { start, end }, this.times);
    if (entry === undefined) this.continue(bytes, { start, end });
    else if (entry.isAttached) this.attach(bytes, { start, end });
    else this.addEntry(entry);
    return end;
  }

  private addEntry(entry: Entry): void {
    const { tally } = this;
    const rank = rankOf(entry.level);
    this.begin(FORMATS.indexOf(entry.format));
    if (!tally.add(rank, entry.time)) return;
    const { contentType, operation, durationMs } = entry;
    if (contentType !== undefined && operation !== undefined && durationMs !== undefined) {
      tally.addHook(rank, `${contentType} ${operation}`, durationMs);
    }
    this.addRequest(entry.request);
    if (rank >= GROUPED_RANKS) return;
    this.openGroup = tally.addTemplate(rank, this.templateOf(entry.message), entry.time);
    if (this.openGroup) describe(this.openGroup, entry);
  }

  private addRequest(request: LoggedRequest | undefined): void {
    if (request === undefined) return;
    this.tally.addRoute(`${request.method} ${routeOf(request.path)}`, request.durationMs, request.status >= 500);
  }

  private templateOf(message: string): string {
    const bytes = Buffer.from(message);
    return this.templates.of(bytes, 0, bytes.length);
  }

  private begin(format: number): void {
    const { report } = this;
    report.entries++;
    report.formats[format] = (report.formats[format] ?? 0) + 1;
    report.isOpen = format !== JSON_FORMAT;
    report.trailing = 0;
    this.openGroup = undefined;
  }

  /** A line that begins no entry: it goes on with the one before, or is of no known format. */
  private continue(bytes: Uint8Array, line: Line): void {
    const { report } = this;
    if (isBlank(bytes, line)) return;
    const isBinary = bytes.subarray(line.start, line.end).includes(0);
    if (report.isOpen === undefined && !isBinary) {
      report.leading++;
      addSample(report.leadingSamples, bytes, line);
    } else if (report.isOpen && !isBinary && report.trailing < LONGEST_CONTINUATION) {
      report.trailing++;
      report.continued++;
      addToStack(this.openGroup, bytes, line);
    } else {
      report.unrecognized++;
      addSample(report.samples, bytes, line);
    }
  }

  /** A line that says of itself that it goes on. */
  private attach(bytes: Uint8Array, line: Line): void {
    this.report.continued++;
    this.report.isOpen = true;
    this.report.trailing = 0;
    addToStack(this.openGroup, bytes, line);
  }
}

interface Line {
  readonly start: number;
  readonly end: number;
}

function describe(group: TemplateCount, entry: Entry | undefined): void {
  group.example = entry?.message.slice(0, LONGEST_MESSAGE) ?? '';
  group.stack = entry?.stack?.slice(0, LONGEST_STACK) ?? '';
}

function addToStack(group: TemplateCount | undefined, bytes: Uint8Array, line: Line): void {
  if (group === undefined || group.stack.length >= LONGEST_STACK) return;
  const text = excerpt(bytes, line, LONGEST_STACK - group.stack.length);
  group.stack = group.stack === '' ? text : `${group.stack}\n${text}`;
}

function addSample(samples: string[], bytes: Uint8Array, line: Line): void {
  if (samples.length < MAX_SAMPLES) samples.push(excerpt(bytes, line, LONGEST_SAMPLE));
}

const excerpt = (bytes: Uint8Array, { start, end }: Line, longest: number): string =>
  decode(bytes, start, Math.min(end, start + longest));

const isBlank = (bytes: Uint8Array, { start, end }: Line): boolean =>
  start === end || (end === start + 1 && bytes[start] === CARRIAGE_RETURN);

/** Whether it is worth a look by `requestOf`: a method and a path. */
function mayBeRequest(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && isCapital(bytes[at])) at++;
  return at > start + 2 && bytes[at] === SPACE && bytes[at + 1] === SLASH;
}
