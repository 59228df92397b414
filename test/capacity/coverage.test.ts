import { describe, expect, test } from '@jest/globals';
import { COVERAGE, forecast } from '../../src/lib/capacity/forecast/forecast.js';
import { createRandom, FAMILIES } from './families.js';

interface Trial {
  readonly known: number;
  readonly ahead: number;
  readonly values: readonly number[];
}

/** Whether each value that came lay in the interval; nothing where there was no forecast. */
function held({ known, ahead, values }: Trial): boolean[] {
  const days = values.slice(0, known).map((value, day) => ({ day, value, samples: 1 }));
  const found = forecast(days, { horizon: undefined, longest: ahead, force: false, limit: null });
  if (found.state !== 'forecast') return [];
  return found.outlooks.map(({ low, high }, index) => {
    const came = values[known + index] ?? Number.NaN;
    return low <= came && came <= high;
  });
}

const share = (of: readonly boolean[]) => of.filter(Boolean).length / of.length;

/** What is measured of series whose making does not change: see docs/capacity.md. A change of growth is not among them. */
const LEAST = COVERAGE - 0.1;
const REPEATS = 24;

describe.each(Object.entries(FAMILIES))('%s', (_, family) => {
  test.each([
    [30, 30],
    [120, 90],
  ])('%i days known, up to %i ahead: the intervals hold what they say', (known, ahead) => {
    const random = createRandom(11);
    const trials = Array.from({ length: REPEATS }, () => held({ known, ahead, values: family(known + ahead, random) }));
    expect(share(trials.flat())).toBeGreaterThan(LEAST);
  });
});

/** Monthly international airline passengers, 1949 to 1960, in thousands (Box and Jenkins 1976, series G; public domain). */
const AIRLINE = [
  112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114,
  140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191,
  172, 194, 196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259,
  229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405,
  355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491,
  505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535,
  622, 606, 508, 461, 390, 432,
];

test('a public series: growth that goes up and down by seasons it knows nothing of', () => {
  const origins = Array.from({ length: 10 }, (_, index) => 60 + 8 * index);
  const trials = origins.map((known) => held({ known, ahead: 12, values: AIRLINE }));
  expect(share(trials.flat())).toBeGreaterThan(LEAST);
});
