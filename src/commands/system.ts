import { defineCommand } from '../lib/command.js';
import { inspectSystem, SystemFlags, SystemReport } from '../lib/system/index.js';
import type { Theme } from '../lib/terminal/theme.js';

export default defineCommand({
  options: [['--top <number>', 'how many of the busiest processes to show']],
  flags: SystemFlags,
  result: SystemReport,
  run: inspectSystem,
  summary: ({ cpu, memory, disk }) =>
    [`CPU ${share(cpu?.usage)}`, `memory ${share(memory?.usage)}`, `disk ${share(usageOf(disk))}`].join(', '),
  view,
  examples: ['viktoria-ops system', 'viktoria-ops system --top 20'],
  sample: {
    cpu: { usage: 0.23, loadAverage: [0.42, 0.36, 0.3], cores: 4 },
    memory: {
      used: 3_200_000_000,
      free: 900_000_000,
      cached: 3_600_000_000,
      buffers: 200_000_000,
      total: 8_000_000_000,
      available: 4_800_000_000,
      usage: 0.4,
      swapUsed: 0,
      swapTotal: 2_000_000_000,
    },
    disk: { used: 25_000_000_000, free: 75_000_000_000, iops: 12 },
    network: { bytesIn: 12_000, bytesOut: 48_000, packetsIn: null, packetsOut: null },
    filesystems: [
      {
        mount: '/',
        device: '/dev/sda1',
        type: 'ext4',
        sizeBytes: 105_000_000_000,
        usedBytes: 25_000_000_000,
        availableBytes: 75_000_000_000,
        usage: 0.25,
        inodeUsage: 0.03,
        isWritable: true,
      },
    ],
    processes: [{ pid: 812, name: 'node', cpuUsage: 0.12, memoryBytes: 410_000_000 }],
  },
});

const share = (fraction: number | undefined) =>
  fraction === undefined ? 'unknown' : `${Math.round(fraction * 100)} %`;
const usageOf = (disk: SystemReport['disk']) => (disk ? disk.used / (disk.used + disk.free) : undefined);

function view({ cpu, memory, network, disk, filesystems, processes }: SystemReport, theme: Theme): string {
  const facts = theme.fields([
    ['load', cpu && `${cpu.loadAverage.map((load) => load.toFixed(2)).join(' ')} on ${cpu.cores} cores`],
    ['memory', memory && `${theme.bytes(memory.used)} of ${theme.bytes(memory.total)}`],
    ['available', theme.bytes(memory?.available)],
    ['cached', theme.bytes(memory?.cached)],
    ['buffers', theme.bytes(memory?.buffers)],
    ['swap', memory && `${theme.bytes(memory.swapUsed)} of ${theme.bytes(memory.swapTotal)}`],
    ['network', network && `${theme.bytes(network.bytesIn)}/s in, ${theme.bytes(network.bytesOut)}/s out`],
    ['disk transfers', disk && disk.iops !== null ? `${theme.count(disk.iops)}/s` : null],
  ]);
  const disks = filesystems.map((filesystem) => [
    filesystem.mount,
    theme.percent(filesystem.usage),
    theme.bytes(filesystem.availableBytes),
    theme.percent(filesystem.inodeUsage),
    filesystem.type,
  ]);
  const busiest = processes.map(({ pid, name, cpuUsage, memoryBytes }) => [
    pid,
    theme.percent(cpuUsage),
    theme.bytes(memoryBytes),
    name,
  ]);
  const tables = [
    disks.length > 0 ? theme.table(['file system', 'used', 'free', 'inodes', 'type'], disks) : '',
    busiest.length > 0 ? theme.table(['process', 'cpu', 'memory', 'name'], busiest) : '',
  ];
  return [facts, ...tables].filter(Boolean).join('\n\n');
}
