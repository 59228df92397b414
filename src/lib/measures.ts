/** Measures as people read them, in views and in the sentences of findings. */

/** `1.2 GB`: powers of ten, as disks are sold and the guide counts. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? bytes : value.toFixed(1)} ${units[power]}`;
}

/** `3.2 ms`, `4.1 s`, `2 min 5 s`, `3 h 10 min`, `5 d 2 h`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (milliseconds < 10) return `${trimZeros(milliseconds.toFixed(2))} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (seconds < 60) return `${trimZeros(seconds.toFixed(1))} s`;
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0);
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

/** A fraction of 1: `1.25 %`. */
export const formatPercent = (fraction: number): string => `${trimZeros((fraction * 100).toFixed(2))} %`;

const trimZeros = (number: string) => (number.includes('.') ? number.replace(/\.?0+$/, '') : number);

/** `1 file`, `2 files`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `12,345.7`, with at most so many digits after the point. `toLocaleString` takes 20 ms when it is first called. */
export function formatNumber(value: number, maximumDigits: number): string {
  const [whole = '', fraction = ''] = value.toFixed(maximumDigits).split('.');
  const significant = fraction.replace(/0+$/, '');
  return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (significant && `.${significant}`);
}
