import type { IncomingMessage } from 'node:http';

export type JsonBody = Readonly<Record<string, unknown>> | 'tooLarge';

/**
 * The object that was sent; an empty one for anything else, a client that left in the middle included. Only JSON: a form of a foreign page cannot send that without being
 * asked first. Read from the connection itself and counted while it comes: who sends in chunks does not say beforehand how much it will be.
 */
export async function readJsonBody(incoming: IncomingMessage, mostBytes: number): Promise<JsonBody> {
  if (!/^application\/json\b/i.test(incoming.headers['content-type'] ?? '')) return {};
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // What is left unread must not end the connection before the answer is out.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > mostBytes) return 'tooLarge';
      chunks.push(chunk);
    }
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Whether a request says itself that it is larger than that. */
export function declaresMoreThan(incoming: IncomingMessage, mostBytes: number): boolean {
  return Number(incoming.headers['content-length'] ?? 0) > mostBytes;
}
