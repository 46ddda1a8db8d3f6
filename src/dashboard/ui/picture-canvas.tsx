import { effect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { LiveCamera } from '../state/live-camera.ts';

/** The newest picture of a camera. Decoded off the main thread, one at a time: of those that come meanwhile the newest is shown. */
export function PictureCanvas({ live, label }: { readonly live: LiveCamera; readonly label: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('bitmaprenderer');
    if (!context) return;
    const painter = new Painter(context);
    const stop = effect(() => painter.show(live.tile.value?.jpeg ?? null));
    return () => {
      stop();
      painter.close();
    };
  }, [live]);
  return <canvas ref={canvas} class="picture-canvas" role="img" aria-label={label} width={16} height={9} />;
}

class Painter {
  readonly #context: ImageBitmapRenderingContext;
  #next: Uint8Array<ArrayBuffer> | null = null;
  #isBusy = false;
  #isClosed = false;

  constructor(context: ImageBitmapRenderingContext) {
    this.#context = context;
  }

  /** Null: nothing, and the memory of what was there is given back. */
  show(jpeg: Uint8Array<ArrayBuffer> | null): void {
    this.#next = jpeg;
    if (jpeg === null) this.#context.transferFromImageBitmap(null);
    else if (!this.#isBusy) void this.#paint();
  }

  close(): void {
    this.#isClosed = true;
    this.show(null);
  }

  async #paint(): Promise<void> {
    this.#isBusy = true;
    while (this.#next && !this.#isClosed) {
      const jpeg = this.#next;
      this.#next = null;
      // A picture that cannot be decoded leaves the one before it.
      const bitmap = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' })).catch(() => null);
      if (bitmap) this.#put(bitmap);
    }
    this.#isBusy = false;
  }

  #put(bitmap: ImageBitmap): void {
    if (this.#isClosed) {
      bitmap.close();
      return;
    }
    const { canvas } = this.#context;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    this.#context.transferFromImageBitmap(bitmap);
  }
}
