/** Has the backend log in detail for a time. The backend itself ends it: also if we are gone by then. */
import * as z from 'zod';
import { SecretText } from '../../config/text.js';
import { Duration, MILLISECONDS, writeDuration } from '../../units.js';
import { type Action, commonSettings } from './action.js';

const LONGEST_TTL_MS = 24 * 3_600_000;

const settings = z.lazy(() =>
  z
    .strictObject({
      ...commonSettings({ timeout: '10s', maxPerHour: 4 }),
      /** How long, 24h at most. */
      ttl: Duration.refine((ms) => ms > 0 && ms <= LONGEST_TTL_MS, '24h at most').prefault('15m'),
      /** The backend's secret for actions (HOOK_MONITORING_ACTIONS_SECRET there). */
      secret: SecretText.optional(),
    })
    .prefault({}),
);
type Settings = z.output<typeof settings>;

export const enableDebugLogging: Action<Settings> = {
  name: 'enable_debug_logging',
  class: 'reversible',
  isRepeatable: true,
  settings,
  async prepare({ context, settings }) {
    const { callAction } = await import('../../api/index.js');
    const parameters = { enabled: true, ttl: asked(settings.ttl) };
    const call = await callAction(context, 'debugLogging', {
      parameters,
      secret: settings.secret,
      timeoutMs: settings.timeout,
    });
    return {
      doing: [call.text],
      async apply() {
        const { outcome, until } = await call.send();
        return { outcome: until === undefined ? outcome : `${outcome} until ${until}` };
      },
    };
  },
};

/** In a unit that the backend knows, and up to four digits of it; rather longer than shorter. */
function asked(ttlMs: number): string {
  const unitMs = ttlMs > 9_999 * MILLISECONDS.s ? MILLISECONDS.m : MILLISECONDS.s;
  return writeDuration(Math.ceil(ttlMs / unitMs) * unitMs);
}
