/**
 * Letters as pen strokes, so that the demo's pictures look the same on a machine without any font.
 * A glyph lives on a grid 4 wide and 6 high, y downwards; strokes are separated by a space, points are `xy` digit pairs.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  A: '062046 1434',
  B: '060030414233 0333 3344453606',
  C: '4130100105163645',
  D: '00062644422000',
  E: '40000646 0333',
  F: '400006 0333',
  G: '41301001051636454323',
  H: '0006 4046 0343',
  I: '1030 2026 1636',
  J: '4045361605',
  K: '0006 400346',
  L: '000646',
  M: '0600234046',
  N: '06004640',
  O: '103041453616050110',
  P: '06003041423303',
  Q: '103041453616050110 2446',
  R: '06003041423303 2346',
  S: '413010010213334445361605',
  T: '0040 2026',
  U: '000516364540',
  V: '002640',
  W: '0016233640',
  X: '0046 4006',
  Y: '002340 2326',
  Z: '00400646',
  0: '103041453616050110 0541',
  1: '112026 1636',
  2: '01103041420646',
  3: '01103041423313 334445361605',
  4: '36300444',
  5: '4000023243453606',
  6: '30100105163645443303',
  7: '004016',
  8: '13020110304142334445361605041333',
  9: '43130201103041453616',
  ':': '2122 2425',
  '.': '2526',
  '-': '1333',
  _: '0646',
  '/': '4006',
};

const ADVANCE = 5.6;

/** The `d` of an SVG path that writes `text` with its top left corner at (x, y), letters `height` px high. Unknown letters are blank. */
export function strokeText(text: string, x: number, y: number, height: number): string {
  const unit = height / 6;
  let path = '';
  let left = x;
  for (const letter of text.toUpperCase()) {
    for (const stroke of (GLYPHS[letter] ?? '').split(' ')) path += strokePath(stroke, left, y, unit);
    left += ADVANCE * unit;
  }
  return path;
}

function strokePath(stroke: string, left: number, top: number, unit: number): string {
  let path = '';
  for (let at = 0; at + 1 < stroke.length; at += 2) {
    const x = left + Number(stroke[at]) * unit;
    const y = top + Number(stroke[at + 1]) * unit;
    path += `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  return path;
}
