import { describeForecast, formatFigure, PredictFlags, Predictions, predict } from '../../lib/capacity/index.js';
import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';
import { diskPrediction } from './sample.js';

export default defineCommand({
  options: [
    ['--horizon <time>', 'how far ahead: 90d, 6months (default: as far as the history, 6months at most)'],
    ['--metric <names>', 'only these: disk, or "disk /", or several, separated by commas'],
    ['--force', 'answer beyond the length of the history, too'],
    ['--from <file>', 'samples of a file, CSV or JSON lines, in place of the history kept'],
    ['--full-at <number>', 'limit of the series in that file'],
  ],
  flags: PredictFlags,
  result: Predictions,
  run: predict,
  summary: ({ resources }) => {
    const [first] = resources;
    if (first === undefined) return 'no history yet';
    if (first.state !== 'forecast') return `no forecast for any of ${countOf(resources.length, 'resource')}`;
    return `${first.resource}: ${describeForecast(first)}`;
  },
  view: ({ resources }, theme) =>
    theme.table(
      ['resource', 'forecast', 'now', 'limit', 'off by', 'held', 'model'],
      resources.map((prediction) => {
        const { resource, unit, value, limit } = prediction;
        const now = [formatFigure(unit, value), limit === null ? null : formatFigure(unit, limit)];
        if (prediction.state !== 'forecast') return [resource, describeForecast(prediction), ...now, null, null, null];
        const { backTest, model } = prediction;
        const held = backTest.coverage === null ? null : theme.percent(Math.round(backTest.coverage * 100) / 100);
        return [resource, describeForecast(prediction), ...now, formatFigure(unit, backTest.meanError), held, model];
      }),
    ),
  spansEnvironments: true,
  examples: [
    'viktoria-ops capacity predict',
    'viktoria-ops capacity predict --horizon 6months --metric disk,database',
    'viktoria-ops capacity predict --from usage.csv --full-at 500 --json',
  ],
  sample: { horizonDays: null, from: null, resources: [diskPrediction] },
});
