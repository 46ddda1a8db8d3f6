import { describe, expect, it } from 'vitest';
import { accepted, cameraFile, cameraOf, errorsOf, parse } from './sample.ts';

describe('readCameras', () => {
  it('completes a camera from almost nothing', () => {
    expect(cameraOf('url: rtsp://192.168.1.20:554/stream1')).toEqual({
      id: 'door',
      name: 'door',
      enabled: true,
      url: 'rtsp://192.168.1.20:554/stream1',
      username: null,
      password: null,
      liveUrl: null,
      transport: 'tcp',
      sampleFps: 2,
      decode: 'auto',
      maxLatencyMs: 500,
      weight: 1,
      frameWidth: 640,
      motion: { enabled: false, threshold: 0.01, refreshSeconds: 10 },
      regions: [{ id: 'full', crop: null, heads: [] }],
      rules: [
        {
          id: 'unsafe',
          labels: ['Porn', 'Hentai', 'Sexy'],
          regions: ['full'],
          enter: 0.8,
          minFrames: 3,
          enterForMs: 0,
          exit: 0.6,
          offDelayMs: 3000,
          cooldownMs: 30_000,
          maxDurationMs: 0,
          deviceClass: null,
        },
      ],
    });
  });

  it('tells what a camera gets that says nothing of its own, also when there is none', () => {
    expect(parse('cameras: {}')).toMatchObject({ cameraDefaults: { sampleFps: 2, decode: 'auto', maxLatencyMs: 500, frameWidth: 640 } });
    expect(parse('cameraDefaults: { sampleFps: 5, decode: keyframes }\ncameras: {}')).toMatchObject({
      cameraDefaults: { sampleFps: 5, decode: 'keyframes', maxLatencyMs: 500, frameWidth: 640 },
    });
    expect(errorsOf('cameraDefaults: { sampleFps: 0 }\ncameras: {}')).toHaveLength(1);
  });

  it('tells what cameraDefaults makes of pictures that are of no camera', () => {
    const plain = parse('cameras: {}');
    expect(plain).toMatchObject({
      defaultJudging: { regions: [{ id: 'full' }], rules: [{ id: 'unsafe', enter: 0.8, regions: ['full'] }], errors: [] },
    });
    const own = parse(`
cameraDefaults:
  regions: { gate: { crop: [0, 0, 0.5, 1] } }
  rules: { drawn: { labels: [Drawing], enter: 0.5 } }
cameras: {}
`);
    expect(own).toMatchObject({ defaultJudging: { regions: [{ id: 'gate' }], rules: [{ id: 'drawn', exit: 0.5, regions: ['gate'] }], errors: [] } });
    expect(parse('cameraDefaults: { rules: {} }\ncameras: {}')).toMatchObject({ defaultJudging: { rules: [] } });
  });

  it('takes defaults that only cameras can use for no fault of the file, but tells of it', () => {
    const result = parse(`
cameraDefaults:
  rules: { drawn: { labels: [Drawing], regions: [gate] } }
cameras:
  door: { url: rtsp://h/1, regions: { gate: { crop: [0, 0, 0.5, 1] } } }
`);
    expect(result).toMatchObject({
      ok: true,
      defaultJudging: { errors: [{ line: 3, code: 'CONFIG_INVALID', message: 'there is no region "gate"' }] },
    });
  });

  it('merges cameraDefaults under each camera', () => {
    const text = `
cameraDefaults:
  sampleFps: 5
  motion: { threshold: 0.5 }
  rules: { a: { labels: [Porn], enter: 0.9 } }
cameras:
  one: { url: rtsp://h/1 }
  two: { url: rtsp://h/2, sampleFps: 1, motion: { refreshSeconds: 3 }, rules: { a: { labels: [Sexy] }, b: { labels: [Drawing] } } }
`;
    const [one, two] = accepted(text).cameras;
    expect(one).toMatchObject({ sampleFps: 5, motion: { threshold: 0.5, refreshSeconds: 10 } });
    expect(two).toMatchObject({ sampleFps: 1, motion: { threshold: 0.5, refreshSeconds: 3 } });
    expect(two?.rules.map(({ id, labels, enter }) => [id, labels, enter])).toEqual([
      ['a', ['Sexy'], 0.9],
      ['b', ['Drawing'], 0.8],
    ]);
  });

  it('shows a fault of cameraDefaults once, where it stands, with cameras or without', () => {
    const defaults = 'cameraDefaults: { sampleFps: fast, colour: red }\n';
    const expected = [
      '1:30: cameraDefaults.sampleFps: "fast" is not a number (a number above 0, at most 60)',
      expect.stringContaining('1:36: cameraDefaults.colour: unknown key "colour"'),
    ];
    expect(errorsOf(defaults)).toEqual(expected);
    expect(errorsOf(`${defaults}cameras: { a: { url: rtsp://h/x }, b: { url: rtsp://h/x } }`)).toEqual(expected);
  });

  it('refuses ids that are the same but for the case, reserved, or of a wrong form', () => {
    const url = '{ url: rtsp://h/x }';
    expect(
      errorsOf(`cameras:\n  Door: ${url}\n  dOOr: ${url}\n  STATS: ${url}\n  "a b": ${url}\n  "a/b": ${url}\n  ${'x'.repeat(65)}: ${url}\n`),
    ).toEqual([
      '3:3: cameras.dOOr: is the same id as Door in line 2 (ids differ in more than the case of letters)',
      '4:3: cameras.STATS: "STATS" is reserved (another id than status, stats, bridge, replay, set)',
      '5:3: cameras["a b"]: the name "a b" does not have the right form (letters, digits, _ and -, at most 64 of them)',
      '6:3: cameras["a/b"]: the name "a/b" does not have the right form (letters, digits, _ and -, at most 64 of them)',
      expect.stringContaining('is too long'),
    ]);
    expect(accepted(`cameras: { 1: ${url}, true: ${url} }`).cameras.map((camera) => camera.id)).toEqual(['1', 'true']);
  });

  it('moves credentials out of the URL; keys of their own come first', () => {
    const fromUrl = cameraOf("url: 'rtsp://vie%40wer:p%2Fw@h:554/x'");
    expect([fromUrl.url, fromUrl.username, fromUrl.password?.reveal()]).toEqual(['rtsp://h:554/x', 'vie@wer', 'p/w']);
    const both = cameraOf('url: rtsp://a:b@h/x\nusername: c\npassword: d');
    expect([both.url, both.username, both.password?.reveal()]).toEqual(['rtsp://h/x', 'c', 'd']);
    const live = cameraOf('url: rtsp://h/x\nliveUrl: rtsp://a:b@h/live');
    expect([live.liveUrl, live.username, live.password?.reveal()]).toEqual(['rtsp://h/live', 'a', 'b']);
  });

  it('starts a relative file at the folder of the configuration', () => {
    expect(cameraOf('url: file:clips/a.mp4').url).toBe('file:///etc/fw/clips/a.mp4');
  });

  it("lets a camera's own password replace an inherited password file", () => {
    const text = 'cameraDefaults: { passwordFile: /nonexistent }\ncameras: { a: { url: rtsp://h/x, password: mine } }';
    expect(accepted(text).cameras[0]?.password?.reveal()).toBe('mine');
  });

  it('refuses values out of range', () => {
    const wrong = [
      'sampleFps: 0',
      'sampleFps: 61',
      'maxLatencyMs: 9',
      'weight: 0',
      'frameWidth: 63',
      'frameWidth: 640.5',
      'decode: some',
      'enabled: 1',
      'name: 5',
    ];
    for (const line of wrong) expect(errorsOf(cameraFile(`url: rtsp://h/x\n${line}`)), line).toHaveLength(1);
  });
});
