import { type ContextOptions, createContext } from '../../src/lib/create-context.js';
import { createRedactor } from '../../src/lib/redact.js';

const silent = () => {};

/** A real context for parts of the program that do not go through the command line. */
export function testContext(options: Partial<ContextOptions> = {}) {
  return createContext({
    command: 'test',
    env: { PATH: process.env.PATH },
    cwd: '/',
    signal: new AbortController().signal,
    dryRun: false,
    interactive: false,
    configFlags: {},
    log: { warn: silent, info: silent, debug: silent },
    progress: { start: silent, update: silent, finish: silent },
    emit: async () => true,
    screen: async () => undefined,
    redactor: createRedactor(),
    ...options,
  }).context;
}
