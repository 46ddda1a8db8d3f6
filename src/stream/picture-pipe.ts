import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FramewatchError, messageOf } from '../util/errors.ts';

/** Who reads pictures: `room` says where the next bytes go, `read` gets them; they stand where `room` said. */
export interface PictureReader {
  room(): Uint8Array;
  read(bytes: Uint8Array): void;
}

/** A pipe for the pictures of one child. Its owner calls `close`. */
export interface PicturePipe {
  /** Goes to the child as a descriptor; then `childEnd.destroy()`, or the end of the child is never seen. */
  readonly childEnd: Socket;
  /** Resolves when all that the child wrote was read, or the pipe was closed. Never rejects. */
  readonly ended: Promise<void>;
  /** Reads no more until `resume`: once the system's buffer is full the child waits. What comes from a camera must not wait; a file does. */
  pause(): void;
  resume(): void;
  /** Idempotent. */
  close(): void;
}

const PREFIX = 'framewatch-';
const NAME = 'pictures';
/** In bytes, on the systems that have the least room (Linux has 107). A longer address is cut off without a word: the socket lies elsewhere then, under a name that all share. */
const LONGEST_ADDRESS = 103;

/**
 * What `spawn` makes for `stdio: 'pipe'` is read into a new 64 KB buffer at a time: at fifteen megabytes of pictures a second that alone keeps the
 * garbage collector busy. Only a socket that we connect ourselves reads to where we say (`onread`), so this pipe is a connection to ourselves,
 * made in a folder that nobody else may enter and that is gone before the child begins.
 * Throws FramewatchError CAMERA_EXITED when it cannot be made now.
 */
export async function openPicturePipe(reader: PictureReader): Promise<PicturePipe> {
  const server = createServer({ pauseOnConnect: true });
  const place = placeOf(tmpdir());
  let folder: string | undefined;
  try {
    folder = await mkdtemp(path.join(place, PREFIX));
    const address = path.join(folder, NAME);
    server.listen(address);
    await once(server, 'listening');
    return await connected(server, address, reader);
  } catch (cause) {
    const message = `a pipe for pictures could not be made in ${place}: ${messageOf(cause)}; it is tried again (see the limit on open files, and whether that folder can be written)`;
    throw new FramewatchError('CAMERA_EXITED', message, { cause });
  } finally {
    server.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** `usual`, unless an address in it would be too long. */
function placeOf(usual: string): string {
  return Buffer.byteLength(path.join(usual, `${PREFIX}XXXXXX`, NAME)) <= LONGEST_ADDRESS ? usual : '/tmp';
}

async function connected(server: Server, address: string, reader: PictureReader): Promise<PicturePipe> {
  const onread = {
    buffer: () => reader.room(),
    callback(bytes: number, buffer: Uint8Array): boolean {
      reader.read(buffer.subarray(0, bytes));
      return true;
    },
  };
  const ours = connect({ path: address, onread });
  const gone = new AbortController();
  const ended = new Promise<void>((resolve) => ours.once('close', resolve)).then(() => gone.abort());
  // A read error on a pipe of a dying child says nothing that its end does not say better.
  ours.on('error', () => {});
  // Without a descriptor for the other end the system takes the connection and closes it again.
  const [childEnd] = (await once(server, 'connection', gone).catch((cause: unknown) => {
    throw new Error('the system closed it at once', { cause });
  })) as [Socket];
  const close = () => {
    ours.destroy();
    childEnd.destroy();
  };
  return { childEnd, ended, pause: () => void ours.pause(), resume: () => void ours.resume(), close };
}
