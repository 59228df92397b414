/** Ends a running query from outside: closing our socket would leave it running on the server. */
import { connect, type NetConnectOpts } from 'node:net';

/** What the server hands out at connect; it names the session to cancel. */
export interface CancelKey {
  readonly processID: number;
  readonly secretKey: number;
}

const LONGEST_WAIT_MS = 1_000;
/** 1234 << 16 | 5678, in place of a protocol version. Source: the PostgreSQL documentation, "Message Formats". */
const CANCEL_REQUEST = 80_877_102;

/**
 * Sends a cancel request and waits, briefly, until the server has taken it. Never fails: it is an attempt.
 * It needs no login and no free connection, and is as good as `pg_cancel_backend` over a second session.
 */
export function sendCancel(server: NetConnectOpts, key: CancelKey): Promise<void> {
  const packet = Buffer.alloc(16);
  [packet.length, CANCEL_REQUEST, key.processID, key.secretKey].forEach((field, index) => {
    packet.writeInt32BE(field, index * 4);
  });
  return new Promise((resolve) => {
    const socket = connect(server);
    const timer = setTimeout(() => socket.destroy(), LONGEST_WAIT_MS);
    socket.once('connect', () => socket.end(packet));
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume(); // the server answers by closing, which is seen only by reading
  });
}
