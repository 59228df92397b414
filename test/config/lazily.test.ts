import { expect, test } from '@jest/globals';
import { lazily } from '../../src/lib/config/lazily.js';

test('made when read, once; what was lazy before stays so', () => {
  const made: string[] = [];
  const make = (name: string) => () => {
    made.push(name);
    return name;
  };
  const first = lazily({ given: 1, replaced: 2 }, { replaced: make('replaced'), kept: make('kept') });
  const second = lazily(first, { more: make('more') });
  expect(made).toEqual([]);
  expect([second.kept, second.kept, first.kept]).toEqual(['kept', 'kept', 'kept']);
  expect(made).toEqual(['kept']);
  expect({ ...second }).toEqual({ given: 1, replaced: 'replaced', kept: 'kept', more: 'more' });
});
