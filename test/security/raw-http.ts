import { connect, type Socket } from 'node:net';

/** A response as received on a connection. */
export interface RawResponse {
  /** 0 when the connection was closed without a response. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

const timeoutMs = 10_000;

/** Sends bytes unchanged, unlike an HTTP client, and reads until the server closes the connection. */
export function sendRaw(url: string, bytes: string | Buffer): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = openConnection(url);
    let received = '';
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no response')));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE'
        ? resolve(parseResponse(received))
        : reject(error),
    );
    socket.on('close', () => resolve(parseResponse(received)));
    socket.write(bytes);
  });
}

/** Opens a TCP connection to a server. */
export function openConnection(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

function parseResponse(text: string): RawResponse {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body: rest.join('\r\n\r\n') };
}
