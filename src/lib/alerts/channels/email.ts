/** Mail by SMTP, over TLS unless told otherwise. */
import * as z from 'zod';
import { AbsolutePath, SecretText } from '../../config/text.js';
import type { Message } from '../message/index.js';
import type { ChannelContext, DeliveryOutcome } from './channel.js';

const Address = z
  .string()
  .regex(/^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+$/, 'expected a mail address, such as ops@example.org');

const Auth = z.lazy(() =>
  z.strictObject({
    /** Who logs in; also the sender, unless `from` says otherwise. */
    user: z.string().min(1),
    /** Better by reference: `${env:NAME}`. */
    pass: SecretText,
  }),
);

const Smtp = z.lazy(() =>
  z.strictObject({
    /** Name or address of the server. */
    host: z.string().min(1),
    /** 587 for STARTTLS, 465 for TLS from the first byte. */
    port: z.number().int().min(1).max(65535),
    /** TLS from the first byte (port 465). `false` means STARTTLS, as on port 587. Default: whether the port is 465. */
    secure: z.boolean().optional(),
    /** Never send in clear text where the server offers no STARTTLS. `false` for a relay on this host, whose certificate is not checked then. */
    requireTls: z.boolean().default(true),
    /** Certificate authority (PEM file) of the server, where the system does not know it. */
    ca: AbsolutePath.optional(),
    auth: Auth.optional(),
  }),
);

export const settings = z.lazy(() =>
  z
    .strictObject({
      smtp: Smtp,
      /** Addresses alone, without names. */
      recipients: z.array(Address).min(1),
      /** The sender. Default: `smtp.auth.user`. */
      from: Address.optional(),
    })
    .refine(({ from, smtp }) => from !== undefined || Address.safeParse(smtp.auth?.user).success, {
      path: ['from'],
      error: 'missing; expected a mail address, as smtp.auth.user is none',
    }),
);

export async function deliver(
  message: Message,
  { smtp, recipients, from = smtp.auth?.user ?? '' }: z.output<typeof settings>,
  context: ChannelContext,
): Promise<DeliveryOutcome> {
  const { composeMail } = await import('./email-text.js');
  const { sendMail } = await import('./smtp.js');
  return sendMail({ ...composeMail(message, { from, date: context.now() }), from, to: [...recipients] }, smtp, context);
}

export type SmtpSettings = z.output<typeof Smtp>;
