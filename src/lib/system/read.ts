/** The only importer of systeminformation. */
import { statfs } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Systeminformation } from 'systeminformation';
import { abortReason } from '../errors.js';
import type { Finding } from '../status.js';
import { bounded } from './bounded.js';
import type { Filesystem, SystemReport } from './report.js';

/** Rates are the difference of two readings; systeminformation wants half a second between them. */
const SAMPLE_MS = 1_000;

interface Reading {
  readonly top: number;
  readonly signal: AbortSignal;
}

/** Reads everything side by side; what fails or hangs (`df` does, on a dead network mount) costs only itself. */
export async function readSystem({
  top,
  signal,
}: Reading): Promise<{ readonly report: SystemReport; readonly unread: readonly Finding[] }> {
  const { default: si } = await import('systeminformation');
  const unread: Finding[] = [];
  const read = <T>(name: string, reader: () => Promise<T>) =>
    bounded({ name, reader, signal, onFailure: (finding) => unread.push(finding) });
  await prime([() => si.currentLoad(), () => si.networkStats(), () => si.disksIO(), () => si.processes()], signal);
  const [load, memory, network, io, processes, filesystems] = await Promise.all([
    read('CPU usage', () => si.currentLoad()),
    read('memory', () => si.mem()),
    read('network', () => si.networkStats()),
    read('disk transfers', () => si.disksIO()),
    read('processes', () => si.processes()),
    read('file systems', async () => withInodes(await si.fsSize())),
  ]);
  const report = {
    cpu: load && { usage: load.currentLoad / 100, loadAverage: loadavg(), cores: load.cpus.length },
    memory: memory && memoryOf(memory),
    disk: filesystems && {
      used: sum(filesystems, 'usedBytes'),
      free: sum(filesystems, 'availableBytes'),
      iops: io?.tIO_sec ?? null,
    },
    network: network && networkOf(network),
    filesystems: filesystems ?? [],
    processes: processes ? busiest(processes.list, top) : [],
  };
  return { report, unread };
}

/** The first reading of a rate only starts it. What fails here fails again a second later, and is reported then. */
async function prime(readers: readonly (() => Promise<unknown>)[], signal: AbortSignal): Promise<void> {
  await Promise.all(readers.map((reader) => bounded({ name: 'rates', reader, signal, onFailure: () => {} })));
  await sleep(SAMPLE_MS, undefined, { signal }).catch(() => {
    throw abortReason(signal);
  });
}

const sum = (filesystems: readonly Filesystem[], key: 'usedBytes' | 'availableBytes') =>
  filesystems.reduce((total, filesystem) => total + filesystem[key], 0);

/** `available` is what programs can still get, caches given back: the rest is used. */
function memoryOf({ total, available, free, cached, buffers, swapused, swaptotal }: Systeminformation.MemData) {
  const used = total - available;
  const usage = total > 0 ? used / total : 0;
  return { used, free, cached, buffers, total, available, usage, swapUsed: swapused, swapTotal: swaptotal };
}

/** The interface of the default route. Packets are not counted on every platform, and not by systeminformation. */
function networkOf(interfaces: readonly Systeminformation.NetworkStatsData[]): SystemReport['network'] {
  const [main] = interfaces;
  if (main === undefined || main.rx_sec === null || main.tx_sec === null) return null;
  return { bytesIn: main.rx_sec, bytesOut: main.tx_sec, packetsIn: null, packetsOut: null };
}

/** Each device once: a container shows the same one at several mount points. */
async function withInodes(mounted: readonly Systeminformation.FsSizeData[]): Promise<Filesystem[]> {
  const devices = mounted.filter(({ fs }, index) => mounted.findIndex((other) => other.fs === fs) === index);
  return Promise.all(
    devices.map(async ({ mount, fs, type, size, used, available, rw }) => ({
      mount,
      device: fs,
      type,
      sizeBytes: size,
      usedBytes: used,
      availableBytes: available,
      // As df: blocks reserved for root count neither as used nor as free.
      usage: used + available > 0 ? used / (used + available) : 0,
      inodeUsage: await readInodeUsage(mount),
      isWritable: rw !== false,
    })),
  );
}

async function readInodeUsage(mount: string): Promise<number | null> {
  const { files, ffree } = await statfs(mount);
  return files > 0 ? (files - ffree) / files : null;
}

function busiest(processes: readonly Systeminformation.ProcessesProcessData[], top: number): SystemReport['processes'] {
  return [...processes]
    .sort((a, b) => b.cpu - a.cpu || b.memRss - a.memRss)
    .slice(0, top)
    .map(({ pid, name, cpu, memRss }) => ({ pid, name, cpuUsage: cpu / 100, memoryBytes: memRss * 1_024 }));
}
