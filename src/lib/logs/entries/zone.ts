/** Clock times of a zone and the instants they are, over changes to and from summer time. */

export interface Zone {
  /** As the IANA calls it. */
  readonly name: string;
  /** Local time less UTC at this instant, both in ms. */
  readonly offsetAt: (utc: number) => number;
  /**
   * The instant of a clock time, given as if it were UTC. One that comes twice is the first of the two; one that is
   * skipped is read with the offset from before.
   */
  readonly toUtc: (local: number) => number;
}

/** Every offset of our time is whole quarters of an hour. */
export const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
/** Some 14 months of quarters; a log of wild times starts the memory over. */
const MAX_REMEMBERED = 40_000;

/** A zone by its name, which `isZone`; undefined for that of the host. */
export function createZone(given?: string): Zone {
  // Loading the calendar takes longer than many a log, and most logs have times that name their zone.
  let format: Intl.DateTimeFormat | undefined;
  const offsetAt = remember((utc) => {
    format ??= new Intl.DateTimeFormat('en-US', { timeZone: given, timeZoneName: 'longOffset' });
    const text = format.formatToParts(utc).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    return parseOffset(text);
  });
  const toUtc = remember((local) => {
    const [before, after] = [offsetAt(local - DAY_MS), offsetAt(local + DAY_MS)];
    const fits = [Math.max(before, after), Math.min(before, after)].find(
      (offset) => offsetAt(local - offset) === offset,
    );
    return local - (fits ?? before);
  });
  return {
    get name() {
      // Undefined, and UTC, where TZ is none that the calendar knows, such as :/etc/localtime.
      const ofHost: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
      return given ?? ofHost ?? 'UTC';
    },
    offsetAt,
    toUtc: (local) => {
      const quarter = Math.floor(local / QUARTER_MS) * QUARTER_MS;
      return toUtc(quarter) + (local - quarter);
    },
  };
}

/** Whether a name is that of a zone. */
export function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** `GMT+05:30`, `GMT-03:00`, `GMT`, in ms. */
function parseOffset(text: string): number {
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d\d):(\d\d)/.exec(text) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Asking the calendar takes microseconds; the answer holds for a quarter of an hour. */
function remember(compute: (quarter: number) => number): (time: number) => number {
  const known = new Map<number, number>();
  return (time) => {
    const quarter = Math.floor(time / QUARTER_MS) * QUARTER_MS;
    const found = known.get(quarter);
    if (found !== undefined) return found;
    if (known.size === MAX_REMEMBERED) known.clear();
    const value = compute(quarter);
    known.set(quarter, value);
    return value;
  };
}
