import { seededRandom } from './seeded-random.ts';
import { strokeText } from './stroke-font.ts';

/** Pictures are drawn a little larger than the camera sees, so that the camera can pan over them. */
export const CANVAS_WIDTH = 720;
export const CANVAS_HEIGHT = 405;

/**
 * One drawing: the body of an SVG of the canvas's size at `progress` (0…1) through its scene. Deterministic.
 * Each was chosen by what the bundled network says of it after H.264: the figures stand with the programmes.
 */
export type Drawing = (progress: number) => string;

/** A portrait in pen: big eyes, wild hair, and hatching that goes on filling the sheet around it. */
export function portraitSketch(seed: number): Drawing {
  return (progress) => {
    const random = seededRandom(seed);
    let hatching = '';
    for (let i = 0; i < Math.round(60 + 340 * progress); i += 1) {
      hatching += `M${px(random() * CANVAS_WIDTH)} ${px(random() * CANVAS_HEIGHT)}l${px((random() - 0.5) * 120)} ${px((random() - 0.5) * 120)}`;
    }
    const look = Math.sin(progress * 12) * 6;
    return `${paper('#f3e3d0')}${pen(hatching, '#000', 2)}${bust({ seed, skin: '#fff', coat: '#fff', look, blinks: false })}`;
  };
}

/** Somebody in front of the camera who steps to and fro, looks left and right, and blinks. */
export function visitor(): Drawing {
  return (progress) => {
    const left = px(90 + Math.sin(progress * 5) * 25);
    const look = Math.sin(progress * 16) * 6;
    const body = bust({ seed: 7, skin: '#ffe0c8', coat: '#5f7f9f', look, blinks: progress % 0.25 > 0.22 });
    return `${paper('#dfe8ee')}<g transform="translate(${left} 101) scale(0.75)">${body}</g>`;
  };
}

/** A page on which a text is being printed, line by line. */
export function printedPage(seed: number): Drawing {
  return (progress) => {
    const random = seededRandom(seed);
    let text = '';
    for (let line = 0; line < Math.round(6 + 13 * progress); line += 1) {
      for (let x = 60; x < CANVAS_WIDTH - 130; ) {
        const word = Array.from({ length: 2 + Math.floor(random() * 8) }, () => String.fromCharCode(65 + Math.floor(random() * 26))).join('');
        text += strokeText(word, x, 40 + line * 17, 9);
        x += (word.length + 1) * 8.4;
      }
    }
    return `${paper('#fbfbf8')}${pen(text, '#222', 1.1)}`;
  };
}

/** A sheet that fills with long thin curves. */
export function thinCurves(seed: number): Drawing {
  return (progress) => {
    const random = seededRandom(seed);
    const point = () => `${px(random() * CANVAS_WIDTH)} ${px(random() * CANVAS_HEIGHT)}`;
    let curves = '';
    for (let i = 0; i < Math.round(45 + 15 * progress); i += 1) curves += `M${point()}C${point()} ${point()} ${point()}`;
    return `${paper('#fff')}${pen(curves, '#234', 1)}`;
  };
}

/** Overlapping ellipses in peach and sand, swaying a little: harmless, and yet an alarm to the network. */
export function peachEllipses(seed: number): Drawing {
  return (progress) => {
    const random = seededRandom(seed);
    let body = paper('#fff');
    for (let i = 0; i < 60; i += 1) {
      const x = random() * CANVAS_WIDTH + Math.sin(progress * 9 + i) * 3;
      const y = random() * CANVAS_HEIGHT;
      const [rx, ry] = [10 + random() * 120, 10 + random() * 120];
      const fill = `hsl(${Math.floor(random() * 40)},80%,75%)`;
      body += `<ellipse cx="${px(x)}" cy="${px(y)}" rx="${px(rx)}" ry="${px(ry)}" fill="${fill}" stroke="#000" stroke-width="2"/>`;
    }
    return body;
  };
}

/** A garage whose slatted door opens and closes before the back of a car. */
export function garage(): Drawing {
  return (progress) => {
    const open = 60 + 190 * (0.5 - 0.5 * Math.cos(progress * 2 * Math.PI));
    let door = '';
    for (let y = 60; y < 345 - open; y += 24) {
      door += `<rect x="150" y="${y}" width="420" height="22" fill="#8d9499" stroke="#6c7378" stroke-width="1"/>`;
    }
    return (
      `${gradient('#b7ae9f', '#8c8475')}<rect y="345" width="720" height="60" fill="#6b6b68"/><rect x="140" y="50" width="440" height="295" fill="#24262a"/>` +
      `<path d="M215 345v-70q0 -14 14 -16l30 -48q6 -8 20 -8h160q14 0 20 8l32 48q14 2 14 16v70z" fill="#50606f"/><path d="M266 258l22 -40h144l24 40z" fill="#9fb0ba"/>` +
      `<path d="M222 280h44v18h-44zM454 280h44v18h-44z" fill="#a33"/><rect x="325" y="300" width="70" height="18" fill="#ddd"/>${door}`
    );
  };
}

/** An empty street at dusk: clouds drift, windows light up. */
export function emptyStreet(): Drawing {
  return (progress) => {
    const drift = progress * 60;
    let houses = '';
    for (let i = 0; i < 6; i += 1) {
      const [x, height] = [i * 130 - 20, 90 + ((i * 53) % 70)];
      houses += `<rect x="${x}" y="${280 - height}" width="118" height="${height}" fill="#5d6470"/>`;
      for (let window = 0; window < 3; window += 1) {
        const lit = (i * 3 + window * 5) % 18 < progress * 18;
        houses += `<rect x="${x + 16 + window * 34}" y="${300 - height}" width="18" height="26" fill="${lit ? '#e8d48a' : '#3f4550'}"/>`;
      }
    }
    return (
      `${gradient('#6f87a8', '#d9b79a')}<g fill="#fff" opacity="0.33"><ellipse cx="${px(140 + drift)}" cy="70" rx="90" ry="16"/><ellipse cx="${px(430 + drift)}" cy="110" rx="120" ry="14"/></g>` +
      `${houses}<rect y="280" width="720" height="125" fill="#54565a"/><path d="M0 340H720" stroke="#c9c9b8" stroke-width="4" stroke-dasharray="40 30"/>` +
      pen('M610 330V150h-34', '#222', 5)
    );
  };
}

/** Head and shoulders with big eyes, in the middle of the canvas. */
function bust(person: { seed: number; skin: string; coat: string; look: number; blinks: boolean }): string {
  const { skin, coat, look, blinks } = person;
  const line = 'stroke="#000" stroke-width="2"';
  const shoulders = `<path d="M300 310q-10 40 -120 60v60h360v-60q-110 -20 -120 -60" fill="${coat}" ${line}/>`;
  const head = `<circle cx="360" cy="200" r="120" fill="${skin}" ${line}/>`;
  const eye = (x: number) => {
    const white = `<ellipse cx="${x}" cy="180" rx="30" ry="${blinks ? 3 : 41}" fill="#fff" ${line}/>`;
    return blinks ? white : `${white}<circle cx="${px(x + look)}" cy="185" r="23"/><circle cx="${px(x + look - 6)}" cy="176" r="6" fill="#fff"/>`;
  };
  return `${shoulders}${head}${eye(314)}${eye(406)}${pen('M330 255q30 20 60 0', '#000', 2)}${pen(wildHair(person.seed), '#000', 2)}`;
}

function wildHair(seed: number): string {
  const random = seededRandom(seed);
  let hair = '';
  for (let i = 0; i < 140; i += 1) {
    const angle = Math.PI * (1 + random());
    const root = `M${px(360 + Math.cos(angle) * 110)} ${px(190 + Math.sin(angle) * 125)}`;
    const bend = `${px((random() - 0.5) * 60)} ${px((random() - 0.5) * 60)}`;
    hair += `${root}q${bend} ${px(Math.cos(angle) * 50 + (random() - 0.5) * 40)} ${px(Math.sin(angle) * 20 + random() * 130)}`;
  }
  return hair;
}

function pen(path: string, colour: string, width: number): string {
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
}

function paper(fill: string): string {
  return `<rect width="${CANVAS_WIDTH}" height="${CANVAS_HEIGHT}" fill="${fill}"/>`;
}

function gradient(top: string, bottom: string): string {
  const stops = `<stop offset="0" stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/>`;
  return `<defs><linearGradient id="g" x1="0" y1="0" x2="0" y2="1">${stops}</linearGradient></defs>${paper('url(#g)')}`;
}

function px(value: number): string {
  return value.toFixed(1);
}
