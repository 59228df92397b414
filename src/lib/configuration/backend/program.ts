/** The backend's configuration files that are programs, read as text. Nothing of them is executed. */
export type Program = ReturnType<typeof parseWith>;
export type Statement = Program['body'][number];
export type Expression = Extract<Statement, { type: 'ExpressionStatement' }>['expression'];

/** A syntax error, as a place and words that quote nothing. */
export interface SyntaxProblem {
  readonly place: string;
  readonly what: string;
}

export const isProgram = (name: string): boolean => /\.[cm]?[jt]s$/.test(name) && !/\.d\.[cm]?ts$/.test(name);

/** What the file says; its syntax error where it cannot be read. */
export async function parseProgram(name: string, text: string): Promise<Program | SyntaxProblem> {
  const { default: babel } = await import('@babel/parser');
  try {
    return parseWith(babel, name, text);
  } catch (error) {
    return problemOf(name, error);
  }
}

export const isProblem = (parsed: Program | SyntaxProblem): parsed is SyntaxProblem => 'what' in parsed;

function parseWith(babel: typeof import('@babel/parser'), name: string, text: string) {
  const plugins = name.endsWith('ts') ? (['typescript'] as const) : [];
  return babel.parse(text, { sourceType: 'unambiguous', allowReturnOutsideFunction: true, plugins: [...plugins] })
    .program;
}

interface ParserError {
  readonly loc?: { readonly line: number; readonly column: number };
  readonly reasonCode: string;
}

/** The parser's own messages are not shown: they can hold a word of the file. */
function problemOf(name: string, error: unknown): SyntaxProblem {
  if (isStackOverflow(error)) return { place: name, what: 'nested too deeply' };
  if (!isParserError(error)) throw error;
  const place = error.loc ? `${name}:${error.loc.line}:${error.loc.column + 1}` : name;
  return { place, what: REASONS[error.reasonCode] ?? 'not valid JavaScript or TypeScript' };
}

const isStackOverflow = (error: unknown) => error instanceof Error && error.name === 'RangeError';

const isParserError = (error: unknown): error is ParserError =>
  typeof error === 'object' && error !== null && 'reasonCode' in error && typeof error.reasonCode === 'string';

const REASONS: Readonly<Record<string, string>> = {
  UnexpectedToken: 'something unexpected stands here, or something before it is missing',
  MissingSemicolon: 'something is missing before this: a comma, an operator or a semicolon',
  UnterminatedString: 'a text without its closing quote',
  UnterminatedTemplate: 'a text without its closing quote',
  UnterminatedComment: 'a comment without its end',
  VarRedeclaration: 'this name is declared a second time',
  DuplicateExport: 'exported a second time',
};
