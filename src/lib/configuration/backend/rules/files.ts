/** Who can read and change the files. */
import { type BackendFacts, type Judgement, risky, safe } from '../judgement.js';

export function envFileIsPrivate({ env }: BackendFacts): Judgement[] {
  if (env === undefined) return [];
  const [setting, about] = ['.env mode', { place: '.env' }];
  if ((env.mode & 0o006) === 0) return [safe(setting, about)];
  const message = `its secrets can be read by every user of the host (mode ${env.mode.toString(8).padStart(4, '0')})`;
  return [
    risky(setting, about, { what: 'UNSAFE', message, hint: 'chmod 600 .env; chown it to the user of the backend' }),
  ];
}

export function filesNotWritable({ writable }: BackendFacts): Judgement[] {
  const message = 'every user of the host can change it, and with it what the backend does';
  return writable.map((name) =>
    risky(`${name} mode`, { place: name }, { what: 'UNSAFE', message, hint: `chmod o-w ${name}` }),
  );
}
