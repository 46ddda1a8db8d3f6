import { type Box, BoxSplitter } from './box-splitter.ts';
import type { Chunk } from './chunk.ts';
import { startsWithKeyFrame } from './fragment-flags.ts';
import { describeVideo, type VideoDescription } from './video-description.ts';

/** The beginning of an MP4: what a player must have before any fragment. */
export interface InitSegment extends Omit<VideoDescription, 'defaultSampleFlags'> {
  readonly bytes: Uint8Array;
}

export interface SegmentListener {
  /** Once a reader, before all fragments. */
  onInit(init: InitSegment): void;
  onFragment(fragment: Chunk): void;
}

/** Reads one fragmented MP4, as ffmpeg writes it, in pieces of any size. */
export class SegmentReader {
  readonly #listener: SegmentListener;
  readonly #boxes = new BoxSplitter((box) => this.#onBox(box));
  #fileType: Uint8Array | null = null;
  #video: VideoDescription | null = null;
  #moof: Box | null = null;
  #complaint: string | null = null;

  constructor(listener: SegmentListener) {
    this.#listener = listener;
  }

  /** What is wrong with the stream, for a person: what stands after "the camera …: "; from then on nothing is read any more. Null while all is well. */
  push(bytes: Uint8Array): string | null {
    if (this.#complaint !== null) return this.#complaint;
    const complaint = this.#boxes.push(bytes);
    // What was wrong with a box that was whole has been noted meanwhile.
    this.#complaint ??= complaint;
    return this.#complaint;
  }

  #onBox(box: Box): void {
    if (this.#complaint !== null) return;
    if (box.type === 'ftyp') this.#fileType = box.bytes;
    else if (box.type === 'moov') this.#begin(box);
    else if (box.type === 'moof') this.#moof = box;
    else if (box.type === 'mdat') this.#fragment(box);
  }

  #begin(moov: Box): void {
    const video = describeVideo(moov.body);
    if (this.#video) this.#complaint = 'its header came twice';
    else if (!this.#fileType) this.#complaint = 'its header came without a file type';
    else if (typeof video === 'string') this.#complaint = video;
    else {
      this.#video = video;
      const { codec, family, width, height } = video;
      this.#listener.onInit({ codec, family, width, height, bytes: joined(this.#fileType, namedForBrowsers(moov.bytes)) });
    }
  }

  #fragment(mdat: Box): void {
    const moof = this.#moof;
    this.#moof = null;
    if (!this.#video || !moof) {
      this.#complaint = 'its pictures came without their description';
      return;
    }
    const isKey = startsWithKeyFrame(moof.body, this.#video.defaultSampleFlags);
    // A fragment of nothing: ffmpeg ends a file so.
    if (isKey !== null) this.#listener.onFragment({ bytes: joined(moof.bytes, mdat.bytes), isKey });
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** ffmpeg calls H.265 `hev1`; Safari plays it under the name `hvc1` only, others under both. */
function namedForBrowsers(moov: Uint8Array): Uint8Array {
  const at = Buffer.from(moov.buffer, moov.byteOffset, moov.byteLength).indexOf('hev1', 0, 'latin1');
  if (at >= 0) moov.set(Buffer.from('hvc1', 'latin1'), at);
  return moov;
}
