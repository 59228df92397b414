import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';

export interface Stub {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** A TCP server on a free port; closing it also ends its connections. */
export async function listen(onConnection: (socket: Socket) => void): Promise<Stub> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const SSL_REQUEST = 80_877_103;
const isSslRequest = (packet: Buffer) => packet.length === 8 && packet.readInt32BE(4) === SSL_REQUEST;

const message = (type: string, body: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};

/** A server that answers the login with an error of this SQLSTATE. */
export const refusing = (sqlState: string, text: string): Promise<Stub> =>
  speaking(() => message('E', Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0M${text}\0\0`)));

/** A server that asks for a password in clear text, remembers it, and refuses it. */
export function asking(seen: string[]): Promise<Stub> {
  return speaking((packet) => {
    if (packet[0] !== 'p'.charCodeAt(0)) return message('R', Buffer.from([0, 0, 0, 3]));
    seen.push(packet.subarray(5, -1).toString());
    return message('E', Buffer.from('SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "postgres"\0\0'));
  });
}

function speaking(answer: (packet: Buffer) => Buffer): Promise<Stub> {
  return listen((socket) => {
    socket.on('data', (packet) => socket.write(isSslRequest(packet) ? Buffer.from('N') : answer(packet)));
  });
}

export interface TlsFront extends Stub {
  /** What the logins came by. */
  readonly seen: ('tls' | 'plain')[];
}

/** Puts TLS before a server that has none, as a real one does: answers the SSLRequest, then speaks TLS. */
export async function tlsFront(
  target: { readonly host: string; readonly port: number },
  pem: { readonly key: string; readonly cert: string } | 'broken',
): Promise<TlsFront> {
  const seen: ('tls' | 'plain')[] = [];
  const stub = await listen((socket) => {
    socket.once('data', (packet) => {
      const behind = connect(target.port, target.host);
      behind.on('error', () => socket.destroy());
      socket.on('close', () => behind.destroy());
      if (!isSslRequest(packet)) {
        seen.push('plain');
        behind.write(packet);
        socket.pipe(behind).pipe(socket);
        return;
      }
      socket.write('S');
      if (pem === 'broken') {
        socket.once('data', () => socket.end('this is not TLS'));
        return;
      }
      const secure = new TLSSocket(socket, { isServer: true, ...pem });
      secure.on('error', () => socket.destroy());
      secure.once('secure', () => seen.push('tls'));
      secure.pipe(behind).pipe(secure);
    });
  });
  return { ...stub, seen };
}

/** A self-signed certificate for `localhost`, which is its own authority; `file` is where a client can find it. */
export async function selfSigned(directory: string, name: string) {
  const file = join(directory, `${name}.crt`);
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  writeFileSync(file, cert);
  return { key, cert, file };
}
