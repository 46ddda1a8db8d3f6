import { describe, expect, it } from 'vitest';
import { type RecordingInput, recordingArguments } from '../../src/stream/recording-arguments.ts';
import { CAPABILITIES } from '../helpers/ffmpeg-capabilities.ts';

function argumentsFor(file: string, about: Partial<RecordingInput> = {}): string[] {
  return recordingArguments({ file, sampleFps: null, frameWidth: 640, hwaccel: 'none', threads: 1, ...about }, CAPABILITIES);
}

const optionOf = (args: readonly string[], option: string) => args[args.indexOf(option) + 1];

describe('recordingArguments', () => {
  it.each(['/films/a.mp4', '/films/-i.mp4', '/films/http://x/y.mp4', '/films/a b:c|d;$(e).mkv', '/films/concat:a|b'])(
    'takes %s for a name and nothing else',
    (file) => {
      const args = argumentsFor(file);
      expect(optionOf(args, '-i')).toBe(`file:${file}`);
      expect(args.filter((arg) => arg.includes(file))).toHaveLength(1);
      expect(optionOf(args, '-protocol_whitelist')).toBe('file');
    },
  );

  it('opens no container that names other files', () => {
    const allowed = optionOf(argumentsFor('/a.mp4'), '-format_whitelist')?.split(',') ?? [];
    expect(allowed).toEqual(expect.arrayContaining(['mov', 'matroska', 'mpegts', 'image2']));
    for (const list of ['hls', 'dash', 'concat', 'sdp', 'lavfi', 'imf', 'image2pipe', 'svg_pipe']) expect(allowed).not.toContain(list);
  });

  it('takes every picture by default, and at most so many a second by selection, never by repeating', () => {
    expect(optionOf(argumentsFor('/a.mp4'), '-filter_complex')).toBe('[0:V:0]scale=640:-2,split[picture][line]');
    const graph = optionOf(argumentsFor('/a.mp4', { sampleFps: 2.5, frameWidth: 320 }), '-filter_complex');
    expect(graph).toMatch(/^\[0:V:0\]select='.*\*2\.5.*',scale=320:-2,split\[picture\]\[line\]$/);
  });

  it('takes a name with a percent sign for one picture, not for a series', () => {
    for (const file of ['/pictures/100%d.jpg', '/day%02d/1.PNG', '/%[ab]/1.webp', '/a%5d.tga'])
      expect(optionOf(argumentsFor(file), '-pattern_type')).toBe('none');
    for (const file of ['/pictures/1.jpg', '/films/100%d.mp4', '/50%/a.jpg']) expect(argumentsFor(file)).not.toContain('-pattern_type');
  });

  it('reads a film whose name could be that of a series by its content, and never as pictures', () => {
    expect(optionOf(argumentsFor('/a%d.gif'), '-f')).toBe('gif');
    for (const file of ['/a%d.mp4', '/a%d.xbm', '/a%d'])
      expect(optionOf(argumentsFor(file), '-format_whitelist')?.split(',')).toEqual(expect.not.arrayContaining(['image2']));
  });

  it('passes on threads and hardware, and keeps to the pace of the reader', () => {
    const args = argumentsFor('/a.mp4', { threads: 3, hwaccel: 'cuda' });
    expect(args.slice(0, args.indexOf('-i'))).toEqual(expect.arrayContaining(['-threads', '3', '-hwaccel', 'cuda', '-nostdin']));
    for (const flag of ['-re', '-copyts', '-stream_loop', '-xerror']) expect(args).not.toContain(flag);
  });
});
