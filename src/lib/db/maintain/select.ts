/** The tables and indexes an operator names, found in the catalogue. */
import { OperatorError } from '../../errors.js';
import { qualifiedName, quoteName } from '../../pg/identifier.js';
import { suggest } from '../../suggest.js';

interface Named {
  readonly schema: string;
  readonly name: string;
}

/**
 * The objects with this name, which is `name`, `schema.name`, or either as SQL would quote it. A bare name may be that
 * of several schemas: all of them are meant. @throws OperatorError VOPS-USAGE when there is none.
 */
export function selectNamed<T extends Named>(
  kind: 'table' | 'index',
  wanted: string,
  objects: readonly T[],
): readonly T[] {
  const found = objects.filter((object) => spellingsOf(object).includes(wanted));
  if (found.length > 0) return found;
  const similar = suggest(wanted, objects.flatMap(spellingsOf));
  throw new OperatorError('VOPS-USAGE', `there is no ${kind} ${wanted} in this database`, {
    hint: similar ? `did you mean ${similar}?` : `viktoria-ops db ${kind === 'table' ? 'stats' : 'indexes'} names them`,
  });
}

/** The tables with this name that hold rows. @throws OperatorError VOPS-USAGE when there is none. */
export function selectHolding<T extends Named & { readonly kind: string }>(
  wanted: string,
  tables: readonly T[],
): readonly T[] {
  const found = selectNamed('table', wanted, tables).filter(({ kind }) => kind !== 'p');
  if (found.length > 0) return found;
  throw new OperatorError('VOPS-USAGE', `${wanted} is partitioned, and holds no rows itself`, {
    hint: 'name one of its partitions: viktoria-ops db stats shows them',
  });
}

const spellingsOf = ({ schema, name }: Named): readonly string[] => [
  name,
  quoteName(name),
  `${schema}.${name}`,
  qualifiedName(schema, name),
];
