import { connect } from 'node:net';

/** Whether something listens at `host:port`. Never rejects. */
export type TcpProbe = (host: string, port: number, signal: AbortSignal) => Promise<boolean>;

const ANSWER_LIMIT_MS = 2000;

/** One connection attempt, closed at once: says whether a camera is there without starting a child or asking for a login. */
export const tcpProbe: TcpProbe = (host, port, signal) => {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (isOpen: boolean) => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(isOpen);
    };
    const onAbort = () => finish(false);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.setTimeout(ANSWER_LIMIT_MS, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
};
