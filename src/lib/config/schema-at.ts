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

export function isSecretAt(schema: z.core.$ZodType, path: Path): boolean {
  return schemasAt(schema, path).some((found) => secretSchemas.has(found));
}

/** A value of the parsed configuration as a file would hold it: durations and sizes with their unit. */
export function asWritten(schema: z.core.$ZodType, { path, value }: Leaf): unknown {
  if (typeof value !== 'number') return value;
  const found = schemasAt(schema, path);
  if (found.includes(Duration)) return writeDuration(value);
  return found.includes(Size) ? writeSize(value) : value;
}

/** Every schema that a value at the path meets, from the outermost wrapper to the innermost. */
function schemasAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] {
  const layers = layersOf(schema);
  const [step, ...rest] = path;
  if (step === undefined) return layers;
  return layers.flatMap((layer) => {
    const below = stepInto(layer, step);
    return below === undefined ? [] : schemasAt(below, rest);
  });
}

/** The schema with those inside its defaults, optionals, transformations and unions. */
function layersOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodPipe) return [schema, ...layersOf(schema.in)];
  if (schema instanceof z.ZodUnion) return [schema, ...schema.options.flatMap(layersOf)];
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapper ? [schema, ...layersOf(schema.unwrap())] : [schema];
}

function stepInto(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodObject ? (schema.shape[String(step)] ?? schema.def.catchall) : undefined;
}
