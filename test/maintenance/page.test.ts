import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { defineCommand } from '../../src/lib/command.js';
import type { TierResult } from '../../src/lib/maintenance/conclude.js';
import { tierPage } from '../../src/lib/maintenance/page.js';
import { type StepReport, step } from '../../src/lib/pipeline.js';
import type { Finding } from '../../src/lib/status.js';
import { createTheme } from '../../src/lib/terminal/theme.js';

const HOSTILE = '<script>alert(1)</script>\u001b[31m&';

/** A command whose result is one text and, as a chart, one figure. */
const command = defineCommand({
  flags: z.object({}),
  result: z.object({ text: z.string(), figure: z.number() }),
  run: async () => ({ status: 'ok', findings: [], result: { text: '', figure: 0 } }),
  summary: ({ text }) => text,
  view: ({ text }, theme) => theme.table(['what'], [[text]]),
  charts: ({ text, figure }) => [
    { title: text, description: text, measured: [{ x: 1, y: figure }], formatX: String, formatY: String },
  ],
  examples: [],
  sample: { text: '', figure: 0 },
});

const report = (more: Partial<StepReport> = {}): StepReport => ({
  id: 'capacity report',
  status: 'warning',
  durationMs: 1_200,
  summary: HOSTILE,
  findings: [],
  result: { text: HOSTILE, figure: 7 },
  ...more,
});

async function pageOf(steps: StepReport[], findings: Finding[] = []) {
  const result: TierResult = {
    tier: 'weekly',
    runId: '1',
    dryRun: false,
    steps,
    recordFile: null,
    reportFile: null,
    pageFile: null,
  };
  return tierPage(
    { status: 'warning', findings, result },
    {
      steps: [step('capacity report', command, {})],
      title: 'maintenance weekly on web-1',
      startedAt: '2026-11-23T03:00:00.000Z',
      summary: 'capacity report warning',
      theme: await createTheme({ color: false, layout: 'aligned' }),
    },
  );
}

describe('the page of a tier', () => {
  test('text of a step stays text, in its line, its details and its chart', async () => {
    const page = await pageOf([report()], [{ code: 'VOPS-X', severity: 'warning', message: HOSTILE, hint: HOSTILE }]);
    expect(page).not.toContain('<script');
    expect(page).not.toContain('\u001b');
    expect(page.match(/&lt;script&gt;alert\(1\)/g)?.length).toBeGreaterThanOrEqual(6);
    expect(page.match(/<svg class="chart"/g)).toHaveLength(1);
    expect(page).toContain('<h1><span class="warning">WARNING</span> maintenance weekly on web-1</h1>');
    expect(page).toContain('<a href="#capacity-report">');
  });

  test('a step without a result, or with one of another version, has its line and no details', async () => {
    const { result: _, ...withoutResult } = report();
    for (const steps of [[withoutResult], [report({ result: { other: 1 } })], [report({ id: 'gone' })]]) {
      const page = await pageOf(steps);
      expect(page).not.toContain('<pre>');
      expect(page).not.toContain('<svg');
      expect(page).toContain('1.2 s');
    }
  });

  test('what is only worth knowing is not among what is to be done', async () => {
    const page = await pageOf([report()], [{ code: 'VOPS-X', severity: 'info', message: 'by the way' }]);
    expect(page).not.toContain('<ol>');
  });
});
