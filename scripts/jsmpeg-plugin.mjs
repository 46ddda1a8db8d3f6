// For Vite: takes out of JSMpeg what this program does not use and its content security policy forbids.

/**
 * What it writes into the page's head as soon as it is loaded, for controls of its own; its decoder in WebAssembly, which would need 'wasm-unsafe-eval'; and a context for
 * WebGL that each player makes beside its own, only to see whether it can: a page has sixteen, and with one more the oldest is taken away.
 */
const PARTS = [
  { part: /^styleInject\(css_248z\);$/m, instead: '' },
  { part: /^var WASM_BINARY = '[^']*';$/m, instead: "var WASM_BINARY = '';" },
  {
    part: /^ {6}return !!\(canvas\.getContext\('webgl'\) \|\| canvas\.getContext\('experimental-webgl'\)\);$/m,
    instead: "var gl = canvas.getContext('webgl'); gl?.getExtension('WEBGL_lose_context')?.loseContext(); return gl !== null;",
  },
];

/** @returns {import('vite').Plugin} */
export function jsmpegWithoutStyle() {
  return {
    name: 'jsmpeg-without-style',
    transform(code, id) {
      if (!id.includes('@cycjimmy/jsmpeg-player')) return null;
      let changed = code;
      for (const { part, instead } of PARTS) {
        if (!part.test(changed)) throw new Error(`@cycjimmy/jsmpeg-player is another than this was written for: ${part} is not in it`);
        changed = changed.replace(part, instead);
      }
      return { code: changed, map: null };
    },
  };
}
