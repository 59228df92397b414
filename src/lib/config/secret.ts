/** A secret that cannot be printed by accident. */
import { inspect } from 'node:util';

export interface Secret {
  /** The value itself. Only where it is handed to the thing it opens. */
  readonly reveal: () => string;
}

/** Wraps a value so that JSON, templates and inspection show `***`. */
export function secret(value: string): Secret {
  const masked = () => '***';
  return { reveal: () => value, toJSON: masked, toString: masked, [inspect.custom]: masked } as Secret;
}

export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function';
}
