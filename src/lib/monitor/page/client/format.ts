/** Figures with their units, in the viewer's language and time zone. Pure. */
export type Format = ReturnType<typeof createFormat>;

const ISO_TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;
const NONE = '–';
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const DURATIONS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/**
 * @param locale such as `de-AT`
 * @param timeZone the viewer's, unless said
 */
export function createFormat(locale: string, timeZone?: string) {
  const numbers = [0, 1, 2].map((digits) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }));
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
  const dated = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone });
  const hour = new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone });
  const number = (value: number, digits = 2) => (numbers[digits] ?? numbers[2])?.format(value) ?? NONE;
  const duration = (ms: number): string => {
    if (ms < 10) return `${number(ms)} ms`;
    if (ms < 1_000) return `${number(ms, 0)} ms`;
    if (ms < 60_000) return `${number(ms / 1_000, 1)} s`;
    return twoLargest(Math.round(ms / 1_000));
  };
  return {
    /** Digits that matter: the larger the number, the fewer behind the point. */
    count: present((value: number) => number(value, Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0)),
    percent: present((fraction: number) => percents.format(fraction)),
    /** Of milliseconds. */
    duration: present(duration),
    bytes: present((bytes: number) => {
      const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
      return `${number(bytes / 1_000 ** power, power === 0 ? 0 : 1)} ${UNITS[power]}`;
    }),
    /** Of ISO-8601 or ms since 1970. */
    time: present((time: string | number) => dated.format(new Date(time))),
    /** For axes: a day, an hour. */
    day: (time: number) => day.format(time),
    hour: (time: number) => hour.format(time),
    /** Text with the times in it as the viewer reads them. */
    local: (text: string) => text.replace(ISO_TIME, (time) => dated.format(new Date(time))),
    clock: present((time: string | number) => clock.format(new Date(time))),
    zone: dated.resolvedOptions().timeZone,
  };
}

const present =
  <T>(format: (value: T) => string) =>
  (value: T | null | undefined): string =>
    value === null || value === undefined ? NONE : format(value);

function twoLargest(seconds: number): string {
  const parts = DURATIONS.map(([length, unit], index) => {
    const within = index === 0 ? seconds : seconds % (DURATIONS[index - 1]?.[0] ?? 1);
    return { amount: Math.floor(within / length), unit };
  });
  const first = parts.findIndex(({ amount }) => amount > 0);
  const shown = parts.slice(first, first + 2).filter(({ amount }) => amount > 0);
  return shown.map(({ amount, unit }) => `${amount} ${unit}`).join(' ');
}
