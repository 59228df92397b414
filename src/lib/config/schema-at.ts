/** What the schema says of a path: the keys it takes there, and whether a secret stands there. */
import * as z from 'zod';
import { Duration, Size, writeDuration, writeSize } from '../units.js';
import type { Path } from './origin.js';
import { secretSchemas } from './text.js';
import type { Leaf } from './tree.js';

/** The keys a schema takes at a path; those of every form where there are several. */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  return schemasAt(schema, path).flatMap((found) => (found instanceof z.ZodObject ? Object.keys(found.shape) : []));
}

/** The leaves that the schema takes for secrets. What can hold none, as a thousand alert rules, is not looked into. */
export function secretsAt(schema: z.core.$ZodType, leaf: Leaf): readonly Leaf[] {
  return secretsBelow(layersOf(schema), leaf);
}

function secretsBelow(layers: readonly z.core.$ZodType[], { path, value }: Leaf): readonly Leaf[] {
  if (!layers.some(canHoldSecret)) return [];
  if (typeof value !== 'object' || value === null)
    return layers.some((layer) => secretSchemas.has(layer)) ? [{ path, value }] : [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([step, item]) =>
    secretsBelow(layersBelow(layers, step), { path: [...path, step], value: item }),
  );
}

function canHoldSecret(schema: z.core.$ZodType): boolean {
  const answer =
    knownToHold.get(schema) ??
    (secretSchemas.has(schema) || partsOf(schema).some((part) => layersOf(part).some(canHoldSecret)));
  knownToHold.set(schema, answer);
  return answer;
}

const knownToHold = new WeakMap<z.core.$ZodType, boolean>();

/** A value of the parsed configuration as a file would hold it: durations and sizes with their unit. */
export function asWritten(schema: z.core.$ZodType, { path, value }: Leaf): unknown {
  if (typeof value !== 'number') return value;
  // By the text they begin with: one with a rule on top, such as a limit, is a schema of its own.
  const found = schemasAt(schema, path);
  if (found.includes(Duration.in)) return writeDuration(value);
  return found.includes(Size.in) ? writeSize(value) : value;
}

/** Every schema that a value at the path meets, from the outermost wrapper to the innermost. */
function schemasAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] {
  return path.reduce<readonly z.core.$ZodType[]>(layersBelow, layersOf(schema));
}

const layersBelow = (layers: readonly z.core.$ZodType[], step: PropertyKey): readonly z.core.$ZodType[] =>
  layers.flatMap((layer) => {
    const below = stepInto(layer, step);
    return below === undefined ? [] : layersOf(below);
  });

/** The schema with those inside its defaults, optionals, transformations and unions. */
function layersOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodPipe) return [schema, ...layersOf(schema.in)];
  if (schema instanceof z.ZodUnion) return [schema, ...schema.options.flatMap(layersOf)];
  if (schema instanceof z.ZodLazy) return [schema, ...layersOf(schema._zod.innerType)]; // unwrap() would build it anew
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapper ? [schema, ...layersOf(schema.unwrap())] : [schema];
}

function stepInto(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodObject ? (schema.shape[String(step)] ?? schema.def.catchall) : undefined;
}

/** All that `stepInto` can come to. */
function partsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (!(schema instanceof z.ZodObject)) return [];
  const { catchall } = schema.def;
  return [...Object.values(schema.shape), ...(catchall ? [catchall] : [])];
}
