/**
 * Pictures drawn by arithmetic alone, for the self-test: whole numbers, products and comparisons, so that every machine gets the same
 * bytes. No picture library, no font, no trigonometric function whose last digit differs between processors.
 */
type Colour = readonly [red: number, green: number, blue: number];

/** Paints a square picture of RGB bytes. */
type Drawing = (canvas: Canvas, random: () => number) => void;

const DRAWINGS: Readonly<Record<string, Drawing>> = { ellipses: drawEllipses, skin: drawSkin, strokes: drawStrokes, sunset: drawSunset };

export const DRAWING_NAMES: readonly string[] = Object.keys(DRAWINGS);

/** `size × size × 3` bytes, RGB. Throws RangeError for a drawing that does not exist. */
export function drawTestPicture(drawing: string, seed: number, size: number): Uint8Array {
  const draw = DRAWINGS[drawing];
  if (draw === undefined) throw new RangeError(`no drawing is called ${drawing}; known are ${DRAWING_NAMES.join(', ')}`);
  const canvas = new Canvas(size);
  draw(canvas, pseudoRandom(seed));
  return canvas.pixels;
}

class Canvas {
  readonly size: number;
  readonly pixels: Uint8Array;

  constructor(size: number) {
    this.size = size;
    this.pixels = new Uint8Array(size * size * 3);
  }

  /** Sets every pixel that `colourAt` has a colour for, asking only for those inside `box`; coordinates are those of its centre, 0…1. */
  paint(colourAt: (x: number, y: number) => Colour | null, box: Box = WHOLE): void {
    const first = (from: number) => Math.max(0, Math.floor(from * this.size));
    const end = (to: number) => Math.min(this.size, Math.ceil(to * this.size));
    for (let row = first(box.top); row < end(box.bottom); row++) {
      for (let column = first(box.left); column < end(box.right); column++) {
        const colour = colourAt((column + 0.5) / this.size, (row + 0.5) / this.size);
        if (colour !== null) this.pixels.set(colour, (row * this.size + column) * 3);
      }
    }
  }
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const WHOLE: Box = { left: 0, right: 1, top: 0, bottom: 1 };

/** Around an ellipse: no pixel whose centre lies in the ellipse is outside. */
function around(x: number, y: number, width: number, height: number): Box {
  return { left: x - width, right: x + width, top: y - height, bottom: y + height };
}

/** Overlapping bright ellipses with black outlines, as in a comic. */
function drawEllipses(canvas: Canvas, random: () => number): void {
  canvas.paint(() => [255, 255, 255]);
  for (let count = 0; count < 60; count++) {
    const [x, y] = [random(), random()];
    const [width, height] = [0.03 + 0.15 * random(), 0.03 + 0.15 * random()];
    const colour = anyColour(random);
    canvas.paint(
      (px, py) => {
        const distance = ((px - x) / width) ** 2 + ((py - y) / height) ** 2;
        if (distance > 1) return null;
        return distance > 0.85 ? [0, 0, 0] : colour;
      },
      around(x, y, width, height),
    );
  }
}

/** Soft round shapes in the colours of skin, shaded as if lit from above, before a dim wall. */
function drawSkin(canvas: Canvas, random: () => number): void {
  canvas.paint((_, y) => [90 - 40 * y, 70 - 30 * y, 60 - 20 * y]);
  for (let count = 0; count < 8; count++) {
    const [x, y] = [0.2 + 0.6 * random(), 0.2 + 0.6 * random()];
    const [width, height] = [0.12 + 0.18 * random(), 0.15 + 0.25 * random()];
    const tone = 0.8 + 0.2 * random();
    canvas.paint(
      (px, py) => {
        const [dx, dy] = [(px - x) / width, (py - y) / height];
        const distance = dx * dx + dy * dy;
        if (distance > 1) return null;
        const light = tone * (1 - 0.35 * distance) * (1 - 0.15 * dy);
        return [Math.min(255, 235 * light), Math.min(255, 180 * light), Math.min(255, 150 * light)];
      },
      around(x, y, width, height),
    );
  }
}

/** Dark pen strokes on paper. */
function drawStrokes(canvas: Canvas, random: () => number): void {
  canvas.paint(() => [250, 248, 240]);
  for (let count = 0; count < 120; count++) {
    const [x, y] = [random(), random()];
    const [dx, dy] = [0.25 * (random() - 0.5), 0.25 * (random() - 0.5)];
    const length = dx * dx + dy * dy + 1e-6;
    const ink: Colour = [70 * random(), 70 * random(), 70 * random()];
    canvas.paint((px, py) => {
      const along = Math.min(1, Math.max(0, ((px - x) * dx + (py - y) * dy) / length));
      const distance = (px - x - along * dx) ** 2 + (py - y - along * dy) ** 2;
      return distance < 0.000012 ? ink : null;
    });
  }
}

/** A warm sky over dark hills. */
function drawSunset(canvas: Canvas, random: () => number): void {
  const [sunX, sunY] = [0.2 + 0.6 * random(), 0.3 + 0.3 * random()];
  const hills = [random(), random(), random()];
  canvas.paint((x, y) => {
    const near = (x - sunX) ** 2 + (y - sunY) ** 2;
    const ridge = 0.7 + 0.12 * (hills[0] ?? 0) * (2 * x - 1) ** 2 - 0.2 * (hills[1] ?? 0) * x * (1 - x) * (0.5 + (hills[2] ?? 0));
    if (y > ridge) return [30, 45 - 30 * (y - ridge), 25];
    if (near < 0.006) return [255, 240, 180];
    const glow = 1 / (1 + 8 * near);
    return [Math.min(255, 110 + 145 * glow), 60 + 110 * glow, Math.max(0, 130 - 90 * glow)];
  });
}

function anyColour(random: () => number): Colour {
  return [255 * random(), 255 * random(), 255 * random()];
}

/** 0 ≤ value < 1, by a 32-bit xorshift generator (Marsaglia 2003): whole numbers only, the same everywhere. */
function pseudoRandom(seed: number): () => number {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x9e37_79b9) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}
