/** From a check of any kind to SQL that finds the rows that fail it. Pure; every identifier is quoted. */
import type { IntegrityCheck } from '../config/integrity.js';
import { quoteLiteral, quoteName, quotePath } from '../pg/identifier.js';

export interface CompiledCheck {
  /** A SELECT of the rows that fail, by their key; undefined where a number decides. */
  readonly failing: string | undefined;
  /** Columns of it that name a row; none where there is but one. */
  readonly key: readonly string[];
  /** A SELECT of one number, the rows looked at; undefined where that is not known. */
  readonly total: string | undefined;
}

type Kind = IntegrityCheck['kind'];
type Of<Name extends Kind> = Extract<IntegrityCheck, { readonly kind: Name }>;

export function compileCheck(check: IntegrityCheck): CompiledCheck {
  const compile: (one: never) => CompiledCheck = COMPILERS[check.kind];
  return compile(check as never); // the table pairs each kind with its own compiler
}

const COMPILERS: { readonly [Name in Kind]: (check: Of<Name>) => CompiledCheck } = {
  sql: ({ sql, key, total }) => ({ failing: sql, key, total }),
  not_null: (check) => {
    const missing = check.columns.map((column) => `${quoteName(column)} is null`).join(' or ');
    return { failing: `select ${names(check.key)} ${from(check, missing)}`, key: check.key, total: countOf(check) };
  },
  unique: (check) => {
    const { key, columns } = check;
    const copy = `row_number() over (partition by ${names(columns)} order by ${names(key)}) as copy_number`;
    const present = columns.map((column) => `${quoteName(column)} is not null`);
    const numbered = `select ${names(key)}, ${copy} ${from(check, ...present)}`;
    // The first of its kind is taken for the right one.
    return {
      failing: `select ${names(key)} from (${numbered}) as numbered where copy_number > 1`,
      key,
      total: countOf(check),
    };
  },
  foreign_key: (check) => {
    const { key, columns, references, table } = check;
    const present = columns.map((column) => `${qualified('child', column)} is not null`);
    const matches = columns.map(
      (column, index) => `${qualified('parent', references.columns[index] ?? '')} = ${qualified('child', column)}`,
    );
    const orphan = `not exists (select from ${quotePath(references.table)} as parent where ${matches.join(' and ')})`;
    const source = { ...check, table: `${quotePath(table)} as child` };
    return {
      failing: `select ${names(key, 'child')} ${fromSource(source, ...present, orphan)}`,
      key,
      total: countOf(check),
    };
  },
  range: (check) => {
    const column = quoteName(check.column);
    const outside = [
      ...(check.min === undefined ? [] : [`${column} < ${quoteLiteral(String(check.min))}`]),
      ...(check.max === undefined ? [] : [`${column} > ${quoteLiteral(String(check.max))}`]),
    ].join(' or ');
    return { failing: `select ${names(check.key)} ${from(check, outside)}`, key: check.key, total: countOf(check) };
  },
  freshness: (check) => {
    const newest = `select max(${quoteName(check.column)}) as newest ${from(check)}`;
    // Nothing at all is not fresh either.
    const stale = `coalesce(newest < now() - interval '${check.maxAge} milliseconds', true)`;
    return { failing: `select newest from (${newest}) as latest where ${stale}`, key: ['newest'], total: 'select 1' };
  },
  row_count_change: (check) => ({ failing: undefined, key: [], total: countOf(check) }),
  cross_table_sum: ({ left, right, tolerance }) => {
    const group = names(left.by);
    const sides = `(${sideOf(left, ['summed', '0'])} union all ${sideOf(right, ['0', 'summed'])}) as sides`;
    const difference = 'abs(coalesce(sum(left_sum), 0) - coalesce(sum(right_sum), 0))';
    return {
      failing: `select ${group} from ${sides} group by ${group || '()'} having ${difference} > ${tolerance}`,
      key: left.by,
      total: group ? `select count(*) from (select ${group} from ${sides} group by ${group}) as groups` : 'select 1',
    };
  },
  recomputed: (check) => {
    const { key, columns, where, tolerance } = check;
    const stored = `(select ${names([...new Set([...key, ...columns])])} ${from(check)}) as stored`;
    const matches = key.map((column) => `${qualified('stored', column)} = ${qualified('computed', column)}`);
    // A row that is on one side alone has no key on the other; whether it has values is no matter.
    const [name = ''] = key;
    const alone = [`${qualified('stored', name)} is null`, `${qualified('computed', name)} is null`];
    const differs = [...alone, ...columns.map((column) => differ(column, tolerance))].join(' or ');
    // Without a condition, a computed row that is not stored fails, too.
    const join = `${where === undefined ? 'full' : 'left'} join (\n${check.sql}\n) as computed`;
    const found = key.map((column) => {
      const name = quoteName(column);
      return `coalesce(stored.${name}, computed.${name}) as ${name}`;
    });
    return {
      failing: `select ${found.join(', ')} from ${stored} ${join} on ${matches.join(' and ')} where ${differs}`,
      key,
      total: countOf(check),
    };
  },
};

const names = (columns: readonly string[], table?: string): string =>
  columns.map((column) => (table === undefined ? quoteName(column) : qualified(table, column))).join(', ');

const qualified = (table: string, column: string): string => `${table}.${quoteName(column)}`;

interface Source {
  readonly table: string;
  readonly where?: string | undefined;
}

const from = ({ table, where }: Source, ...conditions: readonly string[]): string =>
  fromSource({ table: quotePath(table), where }, ...conditions);

/** Of a table as SQL has it. */
function fromSource({ table, where }: Source, ...conditions: readonly string[]): string {
  const all = [...conditions.map((condition) => `(${condition})`), ...(where === undefined ? [] : [`(${where}\n)`])];
  return `from ${table}${all.length > 0 ? ` where ${all.join(' and ')}` : ''}`;
}

const countOf = (source: Source): string => `select count(*) ${from(source)}`;

type CrossTableSum = Of<'cross_table_sum'>;

/** `sums` says which of the two this side adds to. Both sides have their columns at the same places. */
function sideOf(side: CrossTableSum['left'], [left, right]: readonly [string, string]): string {
  const summed = side.sum.map((column) => `coalesce(${quoteName(column)}, 0)`).join(' + ');
  const group = side.by.map((column) => `${quoteName(column)}, `).join('');
  const sum = (which: string, name: string) => `${which === 'summed' ? summed : which} as ${name}`;
  return `select ${group}${sum(left, 'left_sum')}, ${sum(right, 'right_sum')} ${from(side)}`;
}

function differ(column: string, tolerance: number): string {
  const [stored, computed] = [qualified('stored', column), qualified('computed', column)];
  if (tolerance === 0) return `${stored} is distinct from ${computed}`;
  return `coalesce(abs(${stored} - ${computed}) > ${tolerance}, (${stored} is null) <> (${computed} is null))`;
}
