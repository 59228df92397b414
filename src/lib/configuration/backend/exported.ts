/** What a file exports, and the constants it is made of. Pure. */
import type { Expression, Program, Statement } from './program.js';

/** Constants by name. What is assigned to later is none. */
export type Bindings = Readonly<Record<string, Expression>>;

export function bindingsOf(statements: readonly Statement[]): Bindings {
  const bindings: Record<string, Expression> = {};
  for (const statement of statements) {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type !== 'VariableDeclaration' || declared.kind !== 'const') continue;
    for (const { id, init } of declared.declarations) {
      if (id.type === 'Identifier' && init) bindings[id.name] = init;
    }
  }
  return bindings;
}

/** `export default …`, `module.exports = …` or `export = …`; a name stands for the function or constant it names. */
export function exportedBy({ body }: Program, bindings: Bindings): Expression | undefined {
  const found = body.map(exportOf).find((node) => node !== undefined);
  if (found?.type !== 'Identifier') return found;
  const functions = body.filter((node) => node.type === 'FunctionDeclaration');
  return bindings[found.name] ?? asExpression(functions.find(({ id }) => id?.name === found.name));
}

function exportOf(statement: Statement): Expression | undefined {
  if (statement.type === 'ExportDefaultDeclaration' || statement.type === 'TSExportAssignment') {
    return asExpression('declaration' in statement ? statement.declaration : statement.expression);
  }
  if (statement.type !== 'ExpressionStatement' || statement.expression.type !== 'AssignmentExpression')
    return undefined;
  const { left, right } = statement.expression;
  const isExports =
    left.type === 'MemberExpression' &&
    left.object.type === 'Identifier' &&
    left.object.name === 'module' &&
    left.property.type === 'Identifier' &&
    left.property.name === 'exports';
  return isExports ? right : undefined;
}

/** A declaration of a function is read as the function itself. */
const asExpression = (node: { readonly type: string } | undefined) => node as Expression | undefined;

/** Of a function: what it returns, where it returns in one place only. */
export function returnedBy(node: Expression): { expression: Expression; bindings: Bindings } | undefined {
  const inner = withoutTypes(node);
  if (!FUNCTIONS.includes(inner.type) || !('body' in inner)) return undefined;
  const body = inner.body as Expression | { readonly type: 'BlockStatement'; readonly body: readonly Statement[] };
  if (body.type !== 'BlockStatement') return { expression: body as Expression, bindings: {} };
  // A return inside an if or a loop makes the last one conditional.
  const isPlain = body.body.every(({ type }) => PLAIN.includes(type));
  const last = body.body.find((statement) => statement.type === 'ReturnStatement');
  return { expression: (isPlain && last?.argument) || UNKNOWN, bindings: bindingsOf(body.body) };
}

function withoutTypes(node: Expression): Expression {
  return node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression' ? withoutTypes(node.expression) : node;
}

const FUNCTIONS: readonly string[] = ['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration'];
const PLAIN: readonly string[] = [
  'VariableDeclaration',
  'ReturnStatement',
  'ExpressionStatement',
  'FunctionDeclaration',
];
/** An expression that no rule understands. */
const UNKNOWN = { type: 'Super' } as Expression;
