/** What a bucket answers in XML, read by the schema of what we use of it. */
import * as z from 'zod';
import { OperatorError } from '../../errors.js';

/** What may come several times is a list, even when it comes once. */
const REPEATED: readonly string[] = ['Contents', 'Part', 'Upload'];

const Listed = z.object({ Key: z.string(), Size: z.coerce.number(), LastModified: z.string() });
const Continued = { IsTruncated: z.string().optional() };

export const Objects = z.object({
  ListBucketResult: z.object({
    ...Continued,
    EncodingType: z.string().optional(),
    NextContinuationToken: z.string().optional(),
    Contents: z.array(Listed).default([]),
  }),
});
export const Initiated = z.object({ InitiateMultipartUploadResult: z.object({ UploadId: z.string().min(1) }) });
export const Parts = z.object({
  ListPartsResult: z.object({
    ...Continued,
    NextPartNumberMarker: z.string().optional(),
    Part: z.array(z.object({ PartNumber: z.coerce.number(), ETag: z.string(), Size: z.coerce.number() })).default([]),
  }),
});
export const Uploads = z.object({
  ListMultipartUploadsResult: z.object({
    Upload: z.array(z.object({ Key: z.string(), UploadId: z.string(), Initiated: z.string() })).default([]),
  }),
});
const Failure = z.object({ Error: z.object({ Code: z.string(), Message: z.string().optional() }) });

/** The answer as this schema has it. @throws OperatorError VOPS-REMOTE-FAILED for anything else. */
export async function readXml<T>(text: string, schema: z.ZodType<T>): Promise<T> {
  const read = schema.safeParse(await parse(text));
  if (read.success) return read.data;
  throw new OperatorError('VOPS-REMOTE-FAILED', 'the service answered something that is no answer of a bucket', {
    hint: 'check backup.remote.endpoint: does an S3-compatible service listen there?',
  });
}

/** The server's own word for what went wrong, if the text has one. */
export async function readError(text: string): Promise<{ readonly code?: string; readonly message?: string }> {
  const read = Failure.safeParse(await parse(text));
  if (!read.success) return {};
  const { Code: code, Message: message } = read.data.Error;
  return { code, ...(message !== undefined && { message }) };
}

async function parse(text: string): Promise<unknown> {
  if (!text.trimStart().startsWith('<')) return undefined;
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => REPEATED.includes(name) });
  try {
    return parser.parse(text);
  } catch {
    return undefined; // no XML
  }
}
