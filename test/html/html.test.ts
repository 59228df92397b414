import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Chart, chartAddress, html, lineChart, page, table } from '../../src/lib/html/index.js';
import { ticksOver } from '../../src/lib/html/ticks.js';

describe('html', () => {
  test('text is escaped, in content and in attributes; markup of ours is not', () => {
    const name = `<img onerror="x">'&`;
    expect(html`<p title="${name}">${name} ${html`<b>${1}</b>`}${null}${['a', html`<i></i>`]}</p>`.markup).toBe(
      '<p title="&lt;img onerror=&quot;x&quot;&gt;&#39;&amp;">&lt;img onerror=&quot;x&quot;&gt;&#39;&amp; <b>1</b>a<i></i></p>',
    );
  });

  test('no text becomes markup, or turns the reading round', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.markup).not.toMatch(/[<>"'\u0000\u001b\u202e]/);
      }),
    );
    expect(html`${'a\u202eb\u001b[31m'}`.markup).toBe('a\ufffdb\ufffd[31m');
  });
});

test('a page is whole, and its policy forbids everything from outside', () => {
  const text = page({ title: 'A <b>', body: html`<h1>x</h1>` });
  expect(text).toContain('<title>A &lt;b&gt;</title>');
  expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
  expect(text).toMatch(/<\/html>\n$/);
});

test('a table has a head, and numbers to the right', () => {
  const { markup } = table([{ name: 'a' }, { name: 'b', isNumber: true }], [['<', 1]]);
  expect(markup).toContain('<th scope="col">a</th><th scope="col" class="number">b</th>');
  expect(markup).toContain('<tr><td>&lt;</td><td class="number">1</td></tr>');
});

const chart = (values: readonly number[], more: Partial<Chart> = {}): Chart => ({
  title: 'disk /',
  description: 'full <soon>',
  measured: values.map((y, x) => ({ x, y })),
  formatX: String,
  formatY: String,
  ...more,
});

describe('a chart', () => {
  test('is named and described, and draws what was measured, what is expected and the limit', () => {
    const { markup } = lineChart(
      chart([1, 2, 3], { expected: [{ x: 3, low: 3, likely: 4, high: 5 }], limit: { y: 6, name: 'size' } }),
    );
    expect(markup).toContain('<title>disk /</title><desc>full &lt;soon&gt;</desc>');
    expect(markup.match(/class="(measured|likely|band|limit)"/g)).toHaveLength(4);
    expect(markup).toContain('>size</text>');
  });

  test('says no label twice in turn, where figures are rounded', () => {
    const { markup } = lineChart({ ...chart([10.01, 10.02]), formatY: (value) => `${value.toFixed(0)} GB` });
    expect(markup.match(/>10 GB</g)).toHaveLength(1);
  });

  test('stands alone as an address', () => {
    const [, data = ''] = chartAddress(chart([1, 2])).split('base64,');
    expect(Buffer.from(data, 'base64').toString()).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"><style>/);
  });

  test('of whatever numbers has finite places, all in the picture', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e15, max: 1e15, noNaN: true }), { minLength: 1, maxLength: 20 }),
        (values) => {
          const { markup } = lineChart(chart(values));
          expect(markup).not.toMatch(/NaN|Infinity/);
          const [, path = ''] = /class="measured" d="M([^"]+)"/.exec(markup) ?? [];
          for (const place of path.split('L')) {
            const [x = -1, y = -1] = place.split(' ').map(Number);
            expect(x >= 0 && x <= 640 && y >= 0 && y <= 210).toBe(true);
          }
        },
      ),
    );
  });

  test.each([
    [0, 100, [0, 50, 100]],
    [3, 17, [0, 5, 10, 15, 20]],
    [-1, 1, [-1, -0.5, 0, 0.5, 1]],
    [5, 5, [5]],
    [-5e-324, 5e-324, [-5e-324, 5e-324]],
    [1e15, 1e15 + 0.125, [1e15, 1e15 + 0.125]],
    [-1e308, 1e308, [-1e308, 1e308]],
  ])('ticks from %d to %d', (low, high, ticks) => {
    expect(ticksOver(low, high, 4)).toEqual(ticks);
  });

  test('ticks rise and span whatever range there is, and are few', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, (one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        const ticks = ticksOver(low, high, 4);
        expect(ticks.length).toBeLessThanOrEqual(7);
        expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
        const rounding = Math.min((high - low) * 1e-9, Number.MAX_VALUE);
        expect(ticks[0]).toBeLessThanOrEqual(low + rounding);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(high - rounding);
      }),
      { numRuns: 10_000 },
    );
  });
});
