/** A parsed condition, as data. */

export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'metric'; readonly path: string }
  | { readonly type: 'not' | 'negate'; readonly operand: Expression }
  | {
      readonly type: 'and' | 'or' | '+' | '-' | '*' | '/' | '<' | '<=' | '>' | '>=' | '==' | '!=';
      readonly left: Expression;
      readonly right: Expression;
    };

export interface Condition {
  /** As it was written. */
  readonly text: string;
  readonly expression: Expression;
  /** The metrics it names, each once. */
  readonly paths: readonly string[];
}
