/**
 * The value of a configuration file as far as its text tells: literals, objects, lists, constants, `env(…)` with its
 * fallback, and choices whose condition is known. Everything else is unknown. Pure; nothing is executed.
 */
import { callEnv, type Environment, readVariable } from './environment.js';
import { type Bindings, bindingsOf, exportedBy, returnedBy } from './exported.js';
import type { Expression, Program } from './program.js';
import { type Scalar, unknownAt, type Value, valueAt } from './value.js';

export interface Surroundings {
  /** Of the file, as it is shown: `config/server.ts`. */
  readonly name: string;
  readonly environment: Environment;
}

/** What the file exports, or what the function it exports returns. */
export function evaluateProgram(program: Program, { name, environment }: Surroundings): Value {
  const scope: Scope = { name, environment, bindings: bindingsOf(program.body), depth: 0 };
  const exported = exportedBy(program, scope.bindings);
  return exported === undefined ? unknownAt(name) : evaluateExport(exported, scope);
}

interface Scope extends Surroundings {
  readonly bindings: Bindings;
  /** Of expressions in one another; constants may refer to each other in a circle. */
  readonly depth: number;
}

const MAX_DEPTH = 100;

function evaluateExport(node: Expression, scope: Scope): Value {
  const returned = returnedBy(node);
  if (returned === undefined) return evaluate(node, scope);
  return evaluate(returned.expression, { ...scope, bindings: { ...scope.bindings, ...returned.bindings } });
}

type Of<Type extends Expression['type']> = Extract<Expression, { type: Type }>;
type Rules = { readonly [Type in Expression['type']]?: (node: Of<Type>, scope: Scope, place: string) => Value };

/** One rule for each form that is understood. */
const RULES: Rules = {
  StringLiteral: ({ value }, _, place) => ({ kind: 'scalar', value, place }),
  NumericLiteral: ({ value }, _, place) => ({ kind: 'scalar', value, place }),
  BooleanLiteral: ({ value }, _, place) => ({ kind: 'scalar', value, place }),
  NullLiteral: (_node, _, place) => ({ kind: 'scalar', value: null, place }),
  TemplateLiteral: evaluateTemplate,
  ArrayExpression: evaluateList,
  ObjectExpression: evaluateObject,
  Identifier: evaluateName,
  MemberExpression: evaluateMember,
  CallExpression: evaluateCall,
  LogicalExpression: evaluateLogical,
  ConditionalExpression: evaluateChoice,
  BinaryExpression: evaluateComparison,
  UnaryExpression: evaluateUnary,
  TSAsExpression: ({ expression }, scope) => evaluate(expression, scope),
  TSSatisfiesExpression: ({ expression }, scope) => evaluate(expression, scope),
  TSNonNullExpression: ({ expression }, scope) => evaluate(expression, scope),
};

function evaluate(node: Expression, scope: Scope): Value {
  const place = placeOf(node, scope);
  // The table has for every type the rule of that type, which the compiler cannot follow.
  const rule = RULES[node.type] as ((node: Expression, scope: Scope, place: string) => Value) | undefined;
  if (rule === undefined || scope.depth > MAX_DEPTH) return unknownAt(place);
  return rule(node, { ...scope, depth: scope.depth + 1 }, place);
}

const placeOf = ({ loc }: { readonly loc?: Expression['loc'] }, { name }: Scope) =>
  loc ? `${name}:${loc.start.line}` : name;

function evaluateTemplate({ quasis, expressions }: Of<'TemplateLiteral'>, _: Scope, place: string): Value {
  const [only] = quasis;
  if (expressions.length > 0 || only === undefined) return unknownAt(place);
  return { kind: 'scalar', value: only.value.cooked ?? only.value.raw, place };
}

function evaluateList({ elements }: Of<'ArrayExpression'>, scope: Scope, place: string): Value {
  const items: Value[] = [];
  let isOpen = false;
  for (const element of elements) {
    const spread = element?.type === 'SpreadElement' ? evaluate(element.argument, scope) : undefined;
    if (spread?.kind === 'list') items.push(...spread.items);
    if (spread) isOpen ||= spread.kind !== 'list' || spread.isOpen;
    else if (element && element.type !== 'SpreadElement') items.push(evaluate(element, scope));
  }
  return { kind: 'list', items, isOpen, place };
}

function evaluateObject({ properties }: Of<'ObjectExpression'>, scope: Scope, place: string): Value {
  let object: Value & { kind: 'object' } = { kind: 'object', entries: new Map(), isOpen: false, place };
  const add = (key: string, value: Value) => ({ ...object, entries: new Map(object.entries).set(key, value) });
  for (const property of properties) {
    if (property.type === 'SpreadElement') object = spreadInto(object, evaluate(property.argument, scope));
    else {
      const key = keyOf(property, scope);
      if (key === undefined) object = { ...object, isOpen: true };
      else if (property.type === 'ObjectMethod') object = add(key, unknownAt(placeOf(property, scope)));
      else object = add(key, evaluate(property.value as Expression, scope)); // no pattern: this is no assignment
    }
  }
  return object;
}

/** Keys spread over those before replace them; what is unknown may have replaced any. */
function spreadInto(object: Value & { kind: 'object' }, spread: Value): Value & { kind: 'object' } {
  if (spread.kind === 'object' && !spread.isOpen) {
    return { ...object, entries: new Map([...object.entries, ...spread.entries]) };
  }
  if (spread.kind === 'scalar' || spread.kind === 'absent') return object; // ...(x && {}) with a false x
  const hidden = [...object.entries].map(([key, value]) => [key, unknownAt(value.place)] as const);
  return { ...object, entries: new Map(hidden), isOpen: true };
}

type Property = Exclude<Of<'ObjectExpression'>['properties'][number], { type: 'SpreadElement' }>;

function keyOf({ key, computed }: Property, scope: Scope): string | undefined {
  if (!computed && key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateName') return undefined;
  const value = evaluate(key, scope);
  return value.kind === 'scalar' ? String(value.value) : undefined;
}

function evaluateName({ name }: Of<'Identifier'>, scope: Scope, place: string): Value {
  if (name === 'undefined') return { kind: 'absent', place };
  const bound = Object.hasOwn(scope.bindings, name) ? scope.bindings[name] : undefined;
  return bound ? evaluate(bound, scope) : unknownAt(place);
}

function evaluateMember(node: Of<'MemberExpression'>, scope: Scope, place: string): Value {
  const { object, property, computed } = node;
  const key = computed
    ? scalarOf(evaluate(property as Expression, scope))
    : property.type === 'Identifier'
      ? property.name
      : undefined;
  if (key === undefined || key === null) return unknownAt(place);
  if (dottedName(object) === 'process.env') return readVariable(String(key), { ...scope, place });
  return valueAt(evaluate(object as Expression, scope), String(key));
}

function evaluateCall({ callee, arguments: given }: Of<'CallExpression'>, scope: Scope, place: string): Value {
  const called = /^(?:\w+\.)?env(?:\.(?<kind>\w+))?$/.exec(dottedName(callee) ?? '');
  if (called === null) return unknownAt(place);
  const values = given.map((item) => evaluate(item as Expression, scope));
  return callEnv(called.groups?.kind ?? 'string', values, { ...scope, place });
}

/** `process.env`, `env.int`; undefined for what is no chain of names. */
function dottedName(node: { readonly type: string }): string | undefined {
  const expression = node as Expression;
  if (expression.type === 'Identifier') return expression.name;
  if (expression.type !== 'MemberExpression' || expression.computed) return undefined;
  const above = dottedName(expression.object);
  const { property } = expression;
  return above === undefined || property.type !== 'Identifier' ? undefined : `${above}.${property.name}`;
}

function evaluateLogical({ operator, left, right }: Of<'LogicalExpression'>, scope: Scope, place: string): Value {
  const first = evaluate(left as Expression, scope);
  const second = () => evaluate(right, scope);
  if (first.kind === 'unknown' && first.variable?.isFallback && operator !== '&&') {
    return { ...second(), variable: first.variable }; // not in .env
  }
  if (first.kind === 'unknown') return unknownAt(place);
  const isMissing = first.kind === 'absent' || (first.kind === 'scalar' && first.value === null);
  const isTrue = first.kind === 'object' || first.kind === 'list' || (first.kind === 'scalar' && Boolean(first.value));
  if (operator === '??') return isMissing ? second() : first;
  return isTrue === (operator === '&&') ? second() : first;
}

function evaluateChoice({ test, consequent, alternate }: Of<'ConditionalExpression'>, scope: Scope, place: string) {
  const condition = evaluate(test, scope);
  if (condition.kind === 'unknown') return unknownAt(place);
  const isTrue = condition.kind !== 'absent' && (condition.kind !== 'scalar' || Boolean(condition.value));
  const chosen = evaluate(isTrue ? consequent : alternate, scope);
  return condition.variable === undefined ? chosen : { ...chosen, variable: condition.variable };
}

function evaluateComparison({ operator, left, right }: Of<'BinaryExpression'>, scope: Scope, place: string): Value {
  const isEqual = /^={2,3}$/.test(operator);
  const [one, other] = [left, right].map((side) => evaluate(side as Expression, scope));
  const isScalar = one?.kind === 'scalar' && other?.kind === 'scalar';
  if (!isScalar || (!isEqual && !/^!={1,2}$/.test(operator))) return unknownAt(place);
  const variable = one.variable ?? other.variable;
  const value = (one.value === other.value) === isEqual;
  return { kind: 'scalar', value, place, ...(variable && { variable }) };
}

function evaluateUnary({ operator, argument }: Of<'UnaryExpression'>, scope: Scope, place: string): Value {
  const value = evaluate(argument, scope);
  if (value.kind !== 'scalar') return unknownAt(place);
  if (operator === '!') return { ...value, value: !value.value };
  return operator === '-' ? { ...value, value: -Number(value.value) } : unknownAt(place);
}

const scalarOf = (value: Value): Scalar | undefined => (value.kind === 'scalar' ? value.value : undefined);
