/** Text of a configuration without its secrets, for people to look at. Pure. */
import { isProblem, isProgram, type Program, parseProgram } from '../backend/program.js';
import { isSecretName } from '../backend/secret-names.js';

/** What stands for a secret; the same for the same value, so that a change shows. */
export type Fingerprinter = (secret: string) => string;

/** Files of other kinds may be keys or certificates: they are compared, and not shown. */
const READABLE = /\.(md|txt|html?|ejs|hbs|sql|graphql|css)$/;

/** Undefined for what cannot be shown without the risk of showing a secret. */
export async function maskText(name: string, text: string, fingerprint: Fingerprinter): Promise<string | undefined> {
  if (!isProgram(name)) return READABLE.test(name) ? maskAssignments(text, fingerprint) : undefined;
  const program = await parseProgram(name, text);
  if (isProblem(program)) return undefined;
  let masked = '';
  let end = 0;
  for (const [from, to, value] of secretsIn(program)) {
    masked += `${text.slice(end, from)}'${fingerprint(value)}'`;
    end = to;
  }
  return maskAssignments(masked + text.slice(end), fingerprint);
}

/** `password: 'x'` and `PASSWORD=x` wherever they stand, in comments as well. */
function maskAssignments(text: string, fingerprint: Fingerprinter): string {
  const quoted = text.replace(QUOTED, (value, name: string) =>
    isSecretName(name) && !value.startsWith(MASK) ? fingerprint(value) : value,
  );
  return quoted.replace(BARE, (whole, name: string, value: string) =>
    isSecretName(name) ? `${name}=${fingerprint(value)}` : whole,
  );
}

const MASK = '***';
const QUOTED = /(?<=\b([\w-]{1,64})["'`]?\s{0,8}[:=]\s{0,8}["'`])[^"'`\n]{1,4096}(?=["'`])/g;
const BARE = /\b([A-Z][A-Z0-9_]{1,63})=([^\s"'`*]{1,4096})/g;

type Found = readonly [from: number, to: number, value: string];

/** Texts below a name that stands for a secret, and what `env('SECRET', …)` falls back to. */
function secretsIn(program: Program): readonly Found[] {
  const found: Found[] = [];
  const open: Visit[] = [{ node: program, isSecret: false }];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const { node, isSecret } = visit;
    if (Array.isArray(node)) open.push(...node.map((item: unknown) => ({ node: item, isSecret })));
    if (!isNode(node)) continue;
    if (isSecret && isText(node)) found.push([node.start, node.end, valueOfText(node)]);
    else open.push(...visitsBelow(node, isSecret));
  }
  return found.sort(([left], [right]) => left - right);
}

interface Visit {
  readonly node: unknown;
  readonly isSecret: boolean;
}

function visitsBelow(node: AnyNode, isSecret: boolean): Visit[] {
  if (node.type === 'CallExpression' && Array.isArray(node.arguments)) return visitsOfCall(node.arguments, isSecret);
  const name = nameOf(node);
  const isSecretBelow = isSecret || (name !== undefined && isSecretName(name));
  const children = Object.entries(node).filter(([key]) => !['key', 'id', 'loc'].includes(key));
  return children.map(([, child]) => ({ node: child, isSecret: isSecretBelow }));
}

/** The name of a variable is no secret; the fallback of one that is, is. */
function visitsOfCall([first, ...rest]: readonly unknown[], isSecret: boolean): Visit[] {
  const variable = isNode(first) && first.type === 'StringLiteral' ? String(first.value) : '';
  if (!/^[A-Z][A-Z0-9_]*$/.test(variable)) return [{ node: [first, ...rest], isSecret }];
  return [{ node: rest, isSecret: isSecret || isSecretName(variable) }];
}

interface AnyNode extends Readonly<Record<string, unknown>> {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value && typeof value.type === 'string';

const isText = ({ type }: AnyNode) => type === 'StringLiteral' || type === 'TemplateLiteral';
const valueOfText = ({ value, quasis }: AnyNode) => (typeof value === 'string' ? value : JSON.stringify(quasis));

/** Of a property, a constant, or what is assigned to. */
function nameOf(node: AnyNode): string | undefined {
  const named = node.type === 'AssignmentExpression' ? node.left : (node.key ?? node.id);
  if (!isNode(named)) return undefined;
  if (named.type === 'MemberExpression' && isNode(named.property)) return textOf(named.property);
  return textOf(named);
}

const textOf = ({ name, value }: AnyNode): string | undefined =>
  typeof name === 'string' ? name : typeof value === 'string' ? value : undefined;
