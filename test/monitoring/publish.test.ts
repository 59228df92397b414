import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { OPERATOR_SECTIONS, OperatorStatus } from '../../src/lib/contract/index.js';
import { useInstallation } from '../support/backend.js';
import { run } from '../support/run.js';

const installation = useInstallation();
const file = () => join(installation.directory, 'status.json');
const configured = (more: Readonly<Record<string, object>> = {}) =>
  installation.variant('publishing.json', { monitoring: { operatorStatusFile: file() }, ...more });
const read = () => OperatorStatus.parse(JSON.parse(readFileSync(file(), 'utf8')));

describe('monitoring publish', () => {
  test('without a file it says which key is missing', async () => {
    const { code, stderr } = await run(['monitoring', 'publish', '--config', installation.config]);
    expect(code).toBe(2);
    expect(stderr).toContain('monitoring.operatorStatusFile is not set');
  });

  test('a dry run shows the very file, and writes none; nobody is told of an alert', async () => {
    const { code, stdout } = await run(['monitoring', 'publish', '--config', configured(), '--dry-run', '--json']);
    const { result } = JSON.parse(stdout);
    expect({ code, sections: Object.keys(OperatorStatus.parse(result.status).sections) }).toEqual({
      code: 0,
      sections: [...OPERATOR_SECTIONS],
    });
    expect([file(), join(installation.directory, 'state', 'alerts')].map(existsSync)).toEqual([false, false]);
  });

  test('every section with its verdict, in a file that the application can read', async () => {
    const { code, stdout } = await run(['monitoring', 'publish', '--config', configured()]);
    expect({ code, line: stdout.split('\n')[0] }).toEqual({
      code: 0,
      line: `OK  monitoring publish: 5 sections for the page written to ${file()}`,
    });
    expect(statSync(file()).mode & 0o777).toBe(0o644);
    const { sections, writtenAt, validUntil } = read();
    expect(Date.parse(validUntil) - Date.parse(writtenAt)).toBe(15 * 60_000);
    expect(sections.kpis?.rows).toHaveLength(12);
    expect(sections.kpis?.rows).toContainEqual(
      expect.objectContaining({
        name: 'Hook execution time',
        status: 'ok',
        value: expect.stringMatching(/^[\d.]+ ms \(≤ 100 ms\)$/),
      }),
    );
    expect(sections.backups).toMatchObject({ status: 'warning', findings: [{ code: 'VOPS-BACKUP-NONE' }] });
    expect(readFileSync(file(), 'utf8')).not.toContain(installation.secret);
  });

  test('a backend that is down hides no other section', async () => {
    const config = configured({ app: { url: 'http://127.0.0.1:9' } });
    expect((await run(['monitoring', 'publish', '--config', config])).code).toBe(0);
    const { sections } = read();
    expect([sections.alerts?.status, sections.kpis?.status]).not.toContain('ok');
    expect(sections.incidents).toMatchObject({ status: 'ok', summary: 'nothing is open, 0 in all' });
  });

  test('a catalogue that cannot be read is told as such', async () => {
    const config = configured({ backup: { directory: join(installation.config, 'no-directory') } });
    expect((await run(['monitoring', 'publish', '--config', config])).code).toBe(0);
    const { backups } = read().sections;
    expect(backups?.status).not.toBe('ok');
    expect(backups?.findings[0]?.message).toContain('no-directory');
  });
});
