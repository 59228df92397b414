/** Where alerts are sent: the guide's two channels. */
import * as z from 'zod';
import { SecretText } from './text.js';

/** The least severe alert it is sent when a rule names no channels. */
const minSeverity = z.enum(['info', 'warning', 'critical']).default('info');

export const AlertChannels = z
  .strictObject({
    slack: z
      .strictObject({
        webhook: SecretText,
        channel: z.string().optional(),
        username: z.string().optional(),
        minSeverity,
      })
      .optional(),
    email: z
      .strictObject({
        smtp: z.strictObject({
          host: z.string().min(1),
          port: z.number().int().min(1).max(65535),
          secure: z.boolean().optional(),
          auth: z.strictObject({ user: z.string(), pass: SecretText }).optional(),
        }),
        recipients: z.array(z.string()).min(1),
        minSeverity,
      })
      .optional(),
  })
  .prefault({});
