/** Whether a host name, or the host of an address, is this very machine: nobody is on the way to it. */
export const isLoopback = (host: string): boolean => /^(localhost|.*\.localhost|127(\.\d+){3}|\[?::1\]?)$/.test(host);
