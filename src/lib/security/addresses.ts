/** Whether whoever listens in at this address, or under this name, must be on this very host. A socket's directory is. */
export const isLoopback = (host: string): boolean =>
  host.startsWith('/') || host === 'localhost' || host === '::1' || host.startsWith('127.');
