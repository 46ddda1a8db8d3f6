import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

export interface FileServerBehaviour {
  /** By request, beginning with 0: ends the connection after so many bytes of the body, when the other side has them. */
  readonly cutAfter?: readonly (number | undefined)[];
  /** Answers every request with the whole file. */
  readonly ignoresRange?: boolean;
  /** Sends the body in this many pieces, each when the one before is on its way. */
  readonly pieces?: number;
  readonly etag?: string;
  /** By request: this status instead of the file. */
  readonly statuses?: readonly (number | undefined)[];
  /** Sends headers and the first byte, then nothing. */
  readonly stalls?: boolean;
  /** By path: where else the file is. */
  readonly redirects?: Readonly<Record<string, string>>;
  readonly withoutLength?: boolean;
}

export interface FileServer {
  readonly url: string;
  /** The `range` header of each request for the file; null without one. */
  readonly ranges: (string | null)[];
  /** Tells how many bytes of the whole file the other side has. */
  taken(bytes: number): void;
  /** Headers of the newest request. */
  headers(): IncomingMessage['headers'];
  /** Serves other bytes from now on. */
  serve(bytes: Buffer, etag?: string): void;
}

/** One file over real HTTP on this machine, in all the ways in which servers and networks misbehave. Closed when the test is over. */
export async function fileServer(bytes: Buffer, behaviour: FileServerBehaviour = {}): Promise<FileServer> {
  let served = { bytes, etag: behaviour.etag };
  const ranges: (string | null)[] = [];
  let taken = 0;
  let newest: IncomingMessage['headers'] = {};
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const elsewhere = behaviour.redirects?.[request.url ?? ''];
    if (elsewhere !== undefined) return void response.writeHead(302, { location: elsewhere }).end('moved');
    const count = ranges.push(request.headers.range ?? null) - 1;
    newest = request.headers;
    const status = behaviour.statuses?.[count];
    if (status !== undefined) return void response.writeHead(status).end('no');
    const from = resumedFrom(request, behaviour, served.etag);
    if (from >= served.bytes.length && from > 0) return void response.writeHead(416).end();
    const body = served.bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      ...(served.etag === undefined ? {} : { etag: served.etag }),
      ...(behaviour.withoutLength === true ? {} : { 'content-length': body.length }),
      ...(from > 0 ? { 'content-range': `bytes ${from}-${served.bytes.length - 1}/${served.bytes.length}` } : {}),
    });
    const cut = behaviour.cutAfter?.[count];
    const size = Math.ceil(body.length / (behaviour.pieces ?? 4));
    for (let at = 0; at < body.length; at += size) {
      if (behaviour.stalls === true) return void response.write(body.subarray(0, 1));
      const end = Math.min(at + size, cut ?? body.length);
      await new Promise<void>((resolve) => response.write(body.subarray(at, end), () => resolve()));
      if (cut === undefined || end < cut) continue;
      while (taken < from + cut) await turn();
      return void response.destroy();
    }
    response.end();
  };
  const server = createServer((request, response) => void answer(request, response));
  return {
    url: `${await listening(server)}/model.onnx`,
    ranges,
    headers: () => newest,
    taken(bytes) {
      taken = bytes;
    },
    serve(next, etag) {
      served = { bytes: next, etag };
    },
  };
}

/** A proxy that knows CONNECT only; tells to which hosts it was asked to connect. */
export async function connectProxy(): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((_request, response) => void response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    asked.push(request.url ?? '');
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  return { url: await listening(server), asked };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function resumedFrom(request: IncomingMessage, behaviour: FileServerBehaviour, etag: string | undefined): number {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  return behaviour.ignoresRange === true || request.headers['if-range'] !== etag ? 0 : from;
}
