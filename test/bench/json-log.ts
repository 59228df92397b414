/** A JSON log like a Strapi backend's. */
import { closeSync, openSync, writeSync } from 'node:fs';

const LEVELS = ['info', 'info', 'info', 'info', 'info', 'info', 'info', 'warn', 'error', 'debug'];
const TYPES = ['team', 'player', 'match', 'season', 'news'].map((name) => `api::${name}.${name}`);
const OPERATIONS = ['beforeCreate', 'afterCreate', 'beforeUpdate', 'afterUpdate', 'beforeDelete'];
const ERRORS = [
  'ValidationError: no name given',
  'TimeoutError: no free connection',
  'TypeError: undefined has no id',
  'DatabaseError: deadlock',
];
const STACK =
  'Error: x\n    at update (/srv/app/src/api/player/lifecycles.ts:12:3)\n    at run (/srv/app/node_modules/@strapi/core/x.js:1:2)';
const LINES_A_WRITE = 10_000;

/** Writes `lines` lines, some 213 bytes each. */
export function writeJsonLog(path: string, lines: number): void {
  const file = openSync(path, 'w');
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)];
  let time = Date.parse('2026-10-01T00:00:00Z');
  let pending: string[] = [];
  for (let line = 0; line < lines; line++) {
    time += Math.floor(Math.random() * 500);
    const level = pick(LEVELS);
    const entry = {
      timestamp: new Date(time).toISOString(),
      level,
      message: level === 'error' ? `${pick(ERRORS)} (id ${line})` : 'hook executed',
      contentType: TYPES[line % TYPES.length],
      operation: OPERATIONS[line % OPERATIONS.length],
      executionTime: Number((Math.random() * 200).toFixed(3)),
      requestId: Math.random().toString(36).slice(2) + line.toString(36),
      ...(level === 'error' && { stack: STACK }),
    };
    if (pending.push(JSON.stringify(entry)) < LINES_A_WRITE) continue;
    writeSync(file, `${pending.join('\n')}\n`);
    pending = [];
  }
  if (pending.length > 0) writeSync(file, `${pending.join('\n')}\n`);
  closeSync(file);
}
