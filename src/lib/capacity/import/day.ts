/** Times of samples → days of UTC. Pure. */
import { DAY_MS } from '../daily-medians.js';

/** 1970 to 2200: anything else is no time of a sample. */
const LAST_DAY = 84_006;
/** Later, as seconds, than any sample will be: a number above is milliseconds. */
const LARGEST_SECONDS = 1e11;

/** Seconds or milliseconds since 1970; NaN for what is no time. */
export const dayOfNumber = (time: number): number => dayOf(time < LARGEST_SECONDS ? time * 1000 : time);

/** ISO-8601, a space for the T allowed; UTC where no zone is named. NaN for anything else. */
export function dayOfText(text: string): number {
  const [, date, time = '', zone = 'Z'] = ISO.exec(text) ?? [];
  if (date === undefined) return dayOfNumber(text.trim() === '' ? Number.NaN : Number(text));
  return dayOf(Date.parse(`${date}${time === '' ? '' : `T${time}${zone}`}`));
}

const ISO = /^\s*(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?\s*$/;

function dayOf(ms: number): number {
  const day = Math.floor(ms / DAY_MS);
  return day >= 0 && day <= LAST_DAY ? day : Number.NaN;
}

const [LAST_LETTER, DATE_LENGTH] = [0x5a, 10];

/** As `dayOfText`, of bytes. Times of UTC on the day of the one before are not parsed again. */
export function createDayReader(): (bytes: Buffer, start: number, end: number) => number {
  const lastDate = Buffer.alloc(DATE_LENGTH);
  let lastDay = Number.NaN;
  const isLastDate = (bytes: Buffer, start: number) => {
    for (let index = 0; index < DATE_LENGTH; index++) if (bytes[start + index] !== lastDate[index]) return false;
    return true;
  };
  return (bytes, start, end) => {
    const isUtc = bytes[end - 1] === LAST_LETTER;
    if (isUtc && end - start > DATE_LENGTH && isLastDate(bytes, start)) return lastDay;
    const day = dayOfText(bytes.toString('latin1', start, end));
    if (isUtc && !Number.isNaN(day)) {
      bytes.copy(lastDate, 0, start, start + DATE_LENGTH);
      lastDay = day;
    }
    return day;
  };
}
