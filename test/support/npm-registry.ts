import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll } from '@jest/globals';
import tar from 'tar-stream';

interface Release {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly tarball: Buffer;
}

interface Advisory {
  readonly id: number;
  readonly url: string;
  readonly title: string;
  readonly severity: string;
  readonly vulnerable_versions: string;
}

export interface Registry {
  readonly url: () => string;
  /** How it answers: as a registry, not at all, with a page for people, or that it is unwell. */
  mood: 'well' | 'silent' | 'html' | '503';
  readonly publish: (name: string, version: string, more?: Pick<Release, 'dependencies' | 'scripts'>) => Promise<void>;
  readonly advise: (name: string, advisory: Advisory) => void;
  /** A lock file with these packages at the top of node_modules. */
  readonly lock: (project: Project) => string;
  readonly requests: string[];
}

export interface Project {
  readonly dependencies: Readonly<Record<string, string>>;
  /** Installed: name to version. */
  readonly installed: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A small registry of npm packages on loopback, for a whole test file. */
export function useRegistry(): Registry {
  const releases = new Map<string, Release[]>();
  const advisories = new Map<string, Advisory[]>();
  const server: Server = createServer((request, response) => void answer(request, response));
  const registry: Registry = {
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: 'well',
    requests: [],
    async publish(name, version, more = {}) {
      const release = { version, ...more, tarball: await tarballOf({ name, version, ...more }) };
      releases.set(name, [...(releases.get(name) ?? []), release]);
    },
    advise: (name, advisory) => void advisories.set(name, [...(advisories.get(name) ?? []), advisory]),
    lock({ dependencies, installed }) {
      const root = { name: 'backend', version: '1.0.0', dependencies };
      const packages = Object.entries(installed).map(([name, version]) => [
        `node_modules/${name}`,
        entryOf(name, version),
      ]);
      return JSON.stringify(
        {
          name: 'backend',
          version: '1.0.0',
          lockfileVersion: 3,
          requires: true,
          packages: { '': root, ...Object.fromEntries(packages) },
        },
        undefined,
        2,
      );
    },
  };
  const entryOf = (name: string, version: string) => {
    const release = releases.get(name)?.find((candidate) => candidate.version === version);
    if (!release) throw new Error(`${name}@${version} was not published`);
    return {
      version,
      ...distOf(release, name, registry.url()),
      ...(release.dependencies && { dependencies: release.dependencies }),
    };
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(request.url ?? '');
    registry.requests.push(path);
    if (registry.mood === 'silent') return;
    if (registry.mood === '503') return response.writeHead(503).end('{"error":"unwell"}');
    if (registry.mood === 'html')
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Log in</h1>');
    if (request.method === 'POST') {
      const body = await buffer(request);
      const asked = JSON.parse(String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
      return json(response, Object.fromEntries([...advisories].filter(([name]) => name in asked)));
    }
    const [, name = '', version] = /^\/([^/]+)(?:\/-\/[^/]+-(\d[^/]*)\.tgz)?$/.exec(path) ?? [];
    const found = releases.get(name);
    if (!found) return response.writeHead(404).end('{}');
    if (version === undefined) return json(response, packument(name, found, registry.url()));
    return response.end(found.find((release) => release.version === version)?.tarball);
  };
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return registry;
}

/** A backend's directory with these packages in its lock file. */
export function writeProject(registry: Registry, directory: string, project: Project): void {
  mkdirSync(directory, { recursive: true });
  const { dependencies, scripts = { test: 'node --version' } } = project;
  writeFileSync(
    join(directory, 'package.json'),
    `${JSON.stringify({ name: 'backend', version: '1.0.0', scripts, dependencies }, undefined, 2)}\n`,
  );
  writeFileSync(join(directory, 'package-lock.json'), `${registry.lock(project)}\n`);
}

function json(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

function packument(name: string, releases: readonly Release[], url: string) {
  const versions = releases.map((release) => {
    const { version, dependencies, scripts } = release;
    const { resolved: tarball, integrity } = distOf(release, name, url);
    return [version, { name, version, dependencies, scripts, dist: { tarball, integrity } }];
  });
  return { name, 'dist-tags': { latest: releases.at(-1)?.version }, versions: Object.fromEntries(versions) };
}

const distOf = ({ version, tarball }: Release, name: string, url: string) => ({
  resolved: `${url}/${name}/-/${name}-${version}.tgz`,
  integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
});

async function tarballOf(manifest: object): Promise<Buffer> {
  const archive = tar.pack();
  archive.entry({ name: 'package/package.json', type: 'file' }, JSON.stringify(manifest));
  archive.entry({ name: 'package/index.js', type: 'file' }, 'module.exports = require("./package.json").version;');
  archive.finalize();
  return gzipSync(await buffer(archive));
}
