import { OperatorError } from '../errors.js';

/** A condition that means nothing, and the first place where that shows. The only error of `parseCondition`. */
export class ConditionError extends OperatorError {
  /** Characters before that place. */
  readonly offset: number;

  constructor(offset: number, what: string) {
    super('VOPS-CONFIG-INVALID', `at character ${offset + 1} of the condition: ${what}`);
    this.offset = offset;
  }
}
