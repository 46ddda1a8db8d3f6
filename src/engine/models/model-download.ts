import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { delay } from '../../util/clock.ts';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import { type HttpAnswer, type HttpSourceOptions, openUrl, urlInWords } from './http-source.ts';
import { PartFile } from './part-file.ts';
import { sha256OfFile } from './sha256.ts';

export interface DownloadOptions extends HttpSourceOptions {
  /** The file as it shall lie here; its folder is made. */
  readonly target: string;
  /** Addresses (http, https, file) and paths; tried in this order. */
  readonly sources: readonly string[];
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
  readonly onProgress: (progress: DownloadProgress) => void;
}

export interface DownloadProgress {
  readonly source: string;
  readonly received: number;
  readonly bytes: number;
}

export interface DownloadOutcome {
  /** `present`: it was there already. */
  readonly state: 'present' | 'downloaded';
  /** For messages; null when nothing had to be fetched any more. */
  readonly source: string | null;
  /** Bytes of an earlier try that were gone on with. */
  readonly resumedFrom: number;
}

/** Tries in a row that brought nothing worth mentioning, at one source. */
const MAX_FRUITLESS = 4;
const WORTH_BYTES = 16_384;
const FIRST_WAIT_MS = 1000;
/** A server that lets go after every few bytes is not worth more. */
const MAX_TRIES = 100;

/**
 * Brings a file of known size and hash here. It is written beside its place and takes it only when all is right; what was there before stays until then. A try
 * that breaks off is gone on with, now or by a later call, if the server says that the file is still the same.
 * Throws FramewatchError MODEL_DOWNLOAD_FAILED, or MODEL_HASH_MISMATCH when a source has another file.
 */
export async function downloadFile(options: DownloadOptions): Promise<DownloadOutcome> {
  const { target, sources, sha256, bytes } = options;
  if ((await sha256OfFile(target).catch(() => null)) === sha256) return { state: 'present', source: null, resumedFrom: 0 };
  const part = await PartFile.open(target);
  const failures: FramewatchError[] = [];
  try {
    if (part.length >= bytes) {
      // All of it came, but the process ended before it was looked at.
      if (part.length === bytes && (await part.sha256()) === sha256) {
        await part.finish();
        return { state: 'downloaded', source: null, resumedFrom: bytes };
      }
      await part.discard();
    }
    for (const source of sources) {
      try {
        return await new SourceDownload(options, part, source).run();
      } catch (error) {
        if (options.signal.aborted || !(error instanceof FramewatchError)) throw error;
        failures.push(error);
      }
    }
  } finally {
    await part.close();
  }
  const [first] = failures;
  throw new FramewatchError(first?.code ?? 'MODEL_DOWNLOAD_FAILED', failures.map(({ message }) => message).join('; '), { cause: first });
}

/** One source, until it has given the file or given up. */
class SourceDownload {
  readonly #options: DownloadOptions;
  readonly #part: PartFile;
  readonly #source: string;
  #resumedFrom = 0;
  #droppedOnce = false;

  constructor(options: DownloadOptions, part: PartFile, source: string) {
    this.#options = options;
    this.#part = part;
    this.#source = source;
  }

  async run(): Promise<DownloadOutcome> {
    const { bytes, clock, signal } = this.#options;
    let fruitless = 0;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = this.#part.length;
      const failure = await this.#fetch();
      if (failure === null && this.#part.length === bytes) {
        if (await this.#matches()) return { state: 'downloaded', source: this.#name, resumedFrom: this.#resumedFrom };
        continue;
      }
      signal.throwIfAborted();
      if (failure !== null && !failure.again) throw this.#failed(failure.reason);
      fruitless = this.#part.length >= before + WORTH_BYTES ? 0 : fruitless + 1;
      if (fruitless === MAX_FRUITLESS) throw this.#failed(failure?.reason ?? `the connection broke after ${this.#part.length} of ${bytes} bytes`);
      await delay(clock, FIRST_WAIT_MS * 2 ** fruitless, signal);
    }
    throw this.#failed(`the connection broke ${MAX_TRIES} times`);
  }

  /** Takes what comes; null when the source had no more to give. */
  async #fetch(): Promise<{ readonly reason: string; readonly again: boolean } | null> {
    const { bytes, onProgress } = this.#options;
    let answer: HttpAnswer;
    try {
      answer = await this.#open();
    } catch (error) {
      return { reason: messageOf(error), again: !isOfTheAddress(error) };
    }
    if (answer.state === 'refused') {
      if (answer.again === 'anew' && this.#part.length > 0) await this.#part.discard();
      return { reason: answer.reason, again: answer.again !== 'no' };
    }
    try {
      if (answer.total !== null && answer.total !== bytes) return { reason: `it has ${answer.total} bytes, ${bytes} are wanted`, again: false };
      await this.#part.begin(this.#source, answer.offset, answer.validator);
      this.#resumedFrom = answer.offset;
      for await (const chunk of answer.body) {
        if (this.#part.length + chunk.length > bytes) return { reason: `it has more than the ${bytes} bytes that are wanted`, again: false };
        await this.#part.append(chunk);
        onProgress({ source: this.#name, received: this.#part.length, bytes });
      }
      return null;
    } catch (error) {
      return { reason: messageOf(error), again: !isOfTheDisk(error) };
    } finally {
      await this.#part.pause();
      await answer.close();
    }
  }

  async #open(): Promise<HttpAnswer> {
    const source = this.#source;
    if (/^https?:\/\//i.test(source)) return openUrl(source, await this.#part.resumption(source), this.#options);
    const file = source.startsWith('file:') ? fileURLToPath(source) : source;
    try {
      const found = await stat(file);
      // A pipe or a device may keep who opens it waiting for ever.
      if (!found.isFile()) return { state: 'refused', reason: 'it is not a file', again: 'no' };
      const { size } = found;
      return { state: 'open', offset: 0, total: size, validator: null, body: createReadStream(file), close: () => Promise.resolve() };
    } catch (error) {
      return { state: 'refused', reason: messageOf(error), again: 'no' };
    }
  }

  /** Puts the file in its place when it is the right one. A wrong one is refused; one that was pieced together is only dropped, once: the next may be whole. */
  async #matches(): Promise<boolean> {
    const actual = await this.#part.sha256();
    if (actual === this.#options.sha256) {
      await this.#part.finish();
      return true;
    }
    await this.#part.discard();
    if (this.#resumedFrom > 0 && !this.#droppedOnce) {
      this.#droppedOnce = true;
      return false;
    }
    throw new FramewatchError(
      'MODEL_HASH_MISMATCH',
      `${this.#name}: what came has SHA-256 ${actual}, the manifest wants ${this.#options.sha256}: another file, or one that was changed on the way; it was thrown away`,
    );
  }

  #failed(reason: string): FramewatchError {
    return new FramewatchError('MODEL_DOWNLOAD_FAILED', `${this.#name}: ${reason}`);
  }

  get #name(): string {
    return /^https?:/i.test(this.#source) ? urlInWords(this.#source) : this.#source;
  }
}

/** An address, of a source or of a proxy, that is none does not become one. */
function isOfTheAddress(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ERR_INVALID_URL' || error.code === 'UND_ERR_INVALID_ARG');
}

/** A disk that is full or read-only does not heal by asking the network again. */
function isOfTheDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(ENOSPC|EROFS|EDQUOT|EACCES|EPERM|EIO)$/.test(error.code);
}
