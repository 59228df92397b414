import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { AlertRule } from '../../src/lib/config/alerting.js';
import { checkRules } from '../../src/lib/config/check-rules.js';
import { check } from '../../src/lib/config/issues.js';
import { parseWithoutCodeGeneration } from '../../src/lib/parsing.js';

beforeAll(parseWithoutCodeGeneration);

const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  name: fc.constantFrom('slow', 'down', 'Not a name!', 7),
  condition: fc.constantFrom('hooks.errorRate > 5%', '', null),
  severity: fc.constantFrom('critical', 'warning', 'severe'),
  channels: fc.constantFrom(['slack'], ['slack', 'email'], [], '["slack"]', [1]),
  cooldown: fc.constantFrom(300, '300', '5m', -1),
  for: fc.constantFrom('5m', '5'),
  clear: fc.constantFrom('hooks.errorRate < 1%', ''),
  confidence: fc.constantFrom(0.95, '0.95'),
  escalate: fc.constantFrom({ after: '1h' }, { after: '1h', channels: ['email'] }, { after: 1 }, {}),
  kind: fc.constantFrom('event', 'state'),
  'name,condition': fc.constant('a key that looks like two'),
};
const required = ['name', 'condition', 'severity'];
const rule = fc.oneof(
  { weight: 9, arbitrary: fc.record(values, { requiredKeys: required }) },
  { weight: 3, arbitrary: fc.record(values, { requiredKeys: [] }) },
  fc.constantFrom(null, 'rule', []),
);

test('value by value says what the schema of the whole list says', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 6 }), (rules) => {
      expect(checkRules(rules)).toEqual(check(z.array(AlertRule), rules));
    }),
    { numRuns: 200 },
  );
});
