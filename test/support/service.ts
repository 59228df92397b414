import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/lib/demo/postgres.js';
import { get } from './monitoring.js';

export interface Service {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export interface ServiceOptions {
  readonly program: string;
  /** The package of Debian that has it. */
  readonly package: string;
  /** What it is started with; `directory` is empty, and removed with the service. */
  readonly settings: (place: { readonly directory: string; readonly address: string }) => Promise<readonly string[]>;
  /** A path that answers 200 once it is up. */
  readonly ready: string;
}

/** A real server on a free port of loopback, in a directory of its own. */
export async function startService({ program, settings, ready, ...options }: ServiceOptions): Promise<Service> {
  const directory = await mkdtemp(join(tmpdir(), `vo-${program}-`));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, await settings({ directory, address }), { stdio: 'ignore' });
  child.on('error', () => undefined);
  const url = `http://${address}`;
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(directory, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.pid === undefined) throw new Error(`${program} is not installed: apt-get install ${options.package}`);
    const status = await get(`${url}${ready}`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error(`${program} does not come up`);
}
