import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import type { Clock, Timer } from '../../util/clock.ts';
import { messageOf } from '../../util/errors.ts';
import { proxyFor } from './proxy-choice.ts';

export interface HttpSourceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** No answer, or no further byte, for so long is a fault, ms. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

/** From where on a file is wanted: what is there already, if it still is the same file. */
export interface Resumption {
  readonly offset: number;
  /** What the server said of the file then: its ETag, or when it was last changed. */
  readonly validator: string;
}

export type HttpAnswer =
  | {
      readonly state: 'open';
      /** Where the body begins: 0 when the server does not resume, or the file has changed. */
      readonly offset: number;
      /** Of the whole file; null when the server does not say. */
      readonly total: number | null;
      readonly validator: string | null;
      readonly body: AsyncIterable<Uint8Array>;
      close(): Promise<void>;
    }
  /** `later`: the same request may do better then; `anew`: one from the beginning may; `no`: neither. */
  | { readonly state: 'refused'; readonly reason: string; readonly again: 'later' | 'anew' | 'no' };

const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** Asks for a file, from `resume` on where it is given; follows redirects, but never from https to http. Throws what the network says. */
export async function openUrl(address: string, resume: Resumption | null, options: HttpSourceOptions): Promise<HttpAnswer> {
  const stall = new StallWatch(options);
  try {
    const answer = await follow(new URL(address), resume, options, stall);
    if (answer.state === 'refused') stall.end();
    return answer;
  } catch (error) {
    stall.end();
    throw stall.signal.aborted ? stall.signal.reason : error;
  }
}

async function follow(first: URL, resume: Resumption | null, options: HttpSourceOptions, stall: StallWatch): Promise<HttpAnswer> {
  let url = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const dispatcher = dispatcherFor(url, options);
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher,
        signal: stall.signal,
        // The watch above them is exact, and knows the caller's clock.
        headersTimeout: 0,
        bodyTimeout: 0,
        headers: headersFor(url, resume),
      });
      // Whoever reads the body is told of its faults; one that comes before, or that nobody waits for any more, must not end the process.
      body.on('error', () => undefined);
      const header = (name: string) => [headers[name]].flat()[0] ?? null;
      const location = header('location');
      if (REDIRECTS.includes(statusCode) && location !== null) {
        await body.dump();
        await dispatcher.close();
        const next = new URL(location, url);
        if (next.protocol !== 'https:' && next.protocol !== url.protocol)
          return refuse(`it sends to ${next.protocol}//${next.host}, which is not https`);
        url = next;
        continue;
      }
      const answer = judge(statusCode, header, resume);
      if (answer.state === 'open') {
        const close = () => {
          stall.end();
          return dispatcher.destroy();
        };
        return { ...answer, body: stall.watch(body), close };
      }
      await dispatcher.destroy();
      return answer;
    } catch (error) {
      await dispatcher.destroy();
      throw error;
    }
  }
  return refuse(`more than ${MAX_REDIRECTS} redirects`);
}

/** An address for messages: without credentials, and without a query, which often holds a signature. */
export function urlInWords(address: string): string {
  try {
    const { origin, pathname } = new URL(address);
    return `${origin}${pathname}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Ends a request whose other side has nothing more to say, or that nobody wants any more. */
class StallWatch {
  readonly #options: HttpSourceOptions;
  readonly #stalled = new AbortController();
  readonly signal: AbortSignal;
  #timer: Timer | undefined;

  constructor(options: HttpSourceOptions) {
    this.#options = options;
    this.signal = AbortSignal.any([options.signal, this.#stalled.signal]);
    this.#restart();
  }

  async *watch(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        this.#restart();
        yield chunk;
      }
    } catch (error) {
      throw this.signal.aborted ? this.signal.reason : error;
    } finally {
      this.end();
    }
  }

  end(): void {
    this.#timer?.cancel();
  }

  #restart(): void {
    const { clock, stallMs } = this.#options;
    this.#timer?.cancel();
    this.#timer = clock.setTimer(stallMs, () => this.#stalled.abort(new Error(`nothing came for ${stallMs / 1000} s`)));
  }
}

type Judged = Omit<Extract<HttpAnswer, { state: 'open' }>, 'body' | 'close'> | Extract<HttpAnswer, { state: 'refused' }>;

function judge(status: number, header: (name: string) => string | null, resume: Resumption | null): Judged {
  const etag = header('etag');
  // A weak tag promises the same meaning, not the same bytes.
  const validator = etag !== null && !etag.startsWith('W/') ? etag : header('last-modified');
  if (status === 200) return { state: 'open', offset: 0, total: wholeNumber(header('content-length')), validator };
  if (status === 206 && resume !== null) {
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header('content-range') ?? '') ?? [];
    if (Number(from) === resume.offset)
      return { state: 'open', offset: resume.offset, total: wholeNumber(total ?? null), validator: resume.validator };
    return { state: 'refused', reason: 'it answers with another part of the file than was asked for', again: 'anew' };
  }
  const again = status === 416 ? 'anew' : status === 408 || status === 429 || status >= 500 ? 'later' : 'no';
  return { state: 'refused', reason: `it answers ${status}`, again };
}

function headersFor(url: URL, resume: Resumption | null): Record<string, string> {
  const basic = Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64');
  return {
    // Compressed on the way, parts of a file would not be parts of the file.
    'accept-encoding': 'identity',
    'user-agent': 'framewatch',
    ...(url.username === '' ? {} : { authorization: `Basic ${basic}` }),
    ...(resume === null ? {} : { range: `bytes=${resume.offset}-`, 'if-range': resume.validator }),
  };
}

function dispatcherFor(url: URL, { env }: HttpSourceOptions): Dispatcher {
  const proxy = proxyFor(url, env);
  return proxy === null ? new Agent() : new ProxyAgent({ uri: proxy });
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

function refuse(reason: string): HttpAnswer {
  return { state: 'refused', reason, again: 'no' };
}
