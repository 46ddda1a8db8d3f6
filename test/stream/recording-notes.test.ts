import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordingNotes } from '../../src/stream/recording-notes.ts';

function notesOf(...chunks: string[]): RecordingNotes {
  const notes = new RecordingNotes('file:/films/partial file, corrupt.mp4');
  for (const chunk of chunks) notes.push(chunk);
  return notes;
}

// As ffmpeg 5.1 wrote it for an MP4 file that was cut in the middle of a packet.
const CUT = `[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from 'file:/cut.mp4':
[info]   Metadata:
[info]     title           : Duration: 99:00:00.00,
[info]   Duration: 00:01:08.04, start: 0.000000, bitrate: 1085 kb/s
[mov,mp4,m4a,3gp,3g2,mj2 @ 0x5649c5ee8b00] [warning] Packet corrupt (stream = 0, dts = 61440).
[mov,mp4,m4a,3gp,3g2,mj2 @ 0x5649c5ee8b00] [error] stream 0, offset 0x1098c6: partial file
[h264 @ 0x5649c5f07a40] [error] Invalid NAL unit size (9042 > 7276).
`;

describe('RecordingNotes', () => {
  it('reads duration, faults and the word for a file that was cut', () => {
    const notes = notesOf(CUT);
    expect(notes.durationMs).toBe(68_040);
    expect(notes.cutOff).toBe('partial file');
    expect(notes.faults).toBe(3);
    expect(notes.firstFault).toBe('Packet corrupt (stream = 0, dts = 61440).');
    expect(notes.lastFault).toBe('Invalid NAL unit size (9042 > 7276).');
    expect(notes.said(/partial/)).toBe(true);
    expect(notes.said(/no such thing/)).toBe(false);
  });

  it('reads the same from any chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: CUT.length })), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), CUT.length];
        const { durationMs, faults, cutOff } = notesOf(...edges.slice(1).map((end, index) => CUT.slice(edges[index], end)));
        expect({ durationMs, faults, cutOff }).toEqual({ durationMs: 68_040, faults: 3, cutOff: 'partial file' });
      }),
    );
  });

  it('believes no duration that is absent or a guess', () => {
    expect(notesOf('[info]   Duration: N/A, start: 0.000000, bitrate: N/A\n').durationMs).toBeNull();
    const guessed =
      '[mp3 @ 0x55] [warning] Estimating duration from bitrate, this may be inaccurate\n[info]   Duration: 00:00:08.00, start: 0.0, bitrate: 1 kb/s\n';
    expect(notesOf(guessed).durationMs).toBeNull();
  });

  it.each([
    ['matroska,webm', 4000],
    ['mov,mp4,m4a,3gp,3g2,mj2', 4000],
    ['nut', 4000],
    // As far as ffmpeg knows, these say how much there is.
    ['mpegts', 3_604_000],
    ['flv', 3_604_000],
  ])('takes the start from the duration of what counts from zero: %s', (format, durationMs) => {
    const said = `[info] Input #0, ${format}, from 'it':\n[info]   Duration: 01:00:04.00, start: 3600.000000, bitrate: 1 kb/s\n`;
    expect(notesOf(said).durationMs).toBe(durationMs);
  });

  it('believes no name of a file, even one with lines in it', () => {
    const input = 'file:/films/a\n[error] partial file\n[info]   Duration: 00:00:01.00, start: 0.0, bitrate: 1 kb/s';
    const notes = new RecordingNotes(input);
    notes.push(`[info] Input #0, mpegts, from '${input}':\n[info]   Duration: 00:00:04.00, start: 1.4, bitrate: 1 kb/s\n`);
    expect({ durationMs: notes.durationMs, cutOff: notes.cutOff, faults: notes.faults }).toEqual({ durationMs: 4000, cutOff: null, faults: 0 });
  });

  it('believes no name of a file', () => {
    const notes = notesOf(
      '[warning] file:/films/partial file, corrupt.mp4: something else\n[error] file:/films/partial file, corrupt.mp4: Invalid data found\n',
    );
    expect({ cutOff: notes.cutOff, faults: notes.faults, lastFault: notes.lastFault }).toEqual({
      cutOff: null,
      faults: 1,
      lastFault: 'it: Invalid data found',
    });
  });

  it('counts no warning that is about taste', () => {
    const taste =
      '[swscaler @ 0x55f293154880] [swscaler @ 0x55f293161840] [warning] deprecated pixel format used, make sure you did set range correctly\n';
    expect(notesOf(taste.repeat(1000)).faults).toBe(0);
  });

  it('survives any text', () => {
    fc.assert(fc.property(fc.array(fc.string()), (chunks) => void notesOf(...chunks, '\n')));
  });
});
