import { describe, expect, it } from 'vitest';
import { type RecordingEnding, recordingVerdict } from '../../src/stream/recording-fault.ts';
import { RecordingNotes } from '../../src/stream/recording-notes.ts';

function verdict(stderr: string, about: Partial<Omit<RecordingEnding, 'notes'>> = {}) {
  const notes = new RecordingNotes('file:/a.mp4');
  notes.push(stderr);
  const { fault, warnings } = recordingVerdict({
    ...{ exitCode: 0, signal: null, bytes: 188_000, pictures: 100, packets: 100, lastIsCorrupt: false, reachedMs: 4000, unusable: 0 },
    ...about,
    notes,
  });
  return { code: fault?.code ?? null, message: fault?.message ?? null, warnings };
}

const NOTHING = { pictures: 0, packets: 0, reachedMs: 0, exitCode: 1 };
const ANNOUNCED = '[info]   Duration: 00:00:08.00, start: 0.000000, bitrate: 1 kb/s\n';

describe('recordingVerdict', () => {
  it('finds nothing wrong with a file that was read to its end', () => {
    expect(verdict(ANNOUNCED, { reachedMs: 7960 })).toEqual({ code: null, message: null, warnings: [] });
  });

  it.each([
    [
      '[mov @ 0x5] [warning] Format mov detected only with low score of 1, misdetection possible!\n[mov @ 0x5] [error] moov atom not found\n',
      'RECORDING_NO_VIDEO',
    ],
    ['[mov @ 0x5] [error] moov atom not found\n[error] file:/a.mp4: Invalid data found when processing input\n', 'RECORDING_DAMAGED'],
    ["[fatal] Stream specifier ':V:0' in filtergraph description [0:V:0]scale matches no streams.\n", 'RECORDING_NO_VIDEO'],
    ["[hls @ 0x5] [error] Format not on whitelist 'mov,mp4'\n[error] file:/a.mp4: Invalid argument\n", 'RECORDING_NO_VIDEO'],
    ['[error] file:/a.mp4: Permission denied\n', 'RECORDING_UNREADABLE'],
    ['[error] Decoder (codec prores_raw) not found for input stream #0:0\n', 'RECORDING_NO_VIDEO'],
    ['[error] something new\n', 'RECORDING_UNREADABLE'],
  ])('tells by %j why there was no picture', (stderr, code) => {
    expect(verdict(stderr, NOTHING).code).toBe(code);
  });

  it('says what keeps a file from being opened', () => {
    expect(verdict('[error] it: Permission denied\n', NOTHING).message).toBe('cannot be opened: this user may not read it');
    expect(verdict('[error] it: No such file or directory\n', NOTHING).message).toContain('gone');
  });

  it('does not call a piece of music a playlist', () => {
    expect(verdict("[mp3 @ 0x5] [error] Format not on whitelist 'mov,mp4'\n", NOTHING).message).toContain('sound');
  });

  it('tells a file of which nothing could be decoded from one without pictures', () => {
    expect(verdict('', { ...NOTHING, packets: 7 }).code).toBe('RECORDING_DAMAGED');
    expect(verdict('', { ...NOTHING, exitCode: 0 }).code).toBe('RECORDING_NO_VIDEO');
    expect(verdict('', { ...NOTHING, exitCode: null, signal: 'SIGKILL' }).message).toContain('SIGKILL');
  });

  it('says where a file was cut off, by the words of ffmpeg or by a last packet that is not whole', () => {
    const cut = verdict(`${ANNOUNCED}[mov @ 0x5] [error] stream 0, offset 0x1098c6: partial file\n`);
    expect(cut).toMatchObject({ code: 'RECORDING_DAMAGED', message: 'is cut off at 4.0 s of 8.0 s (partial file)', warnings: [] });
    expect(verdict('', { lastIsCorrupt: true })).toMatchObject({ code: 'RECORDING_DAMAGED', message: 'is cut off at 4.0 s' });
  });

  it('warns of a transport stream that does not end with a whole packet, the only sign that it was cut', () => {
    const opened = "[info] Input #0, mpegts, from 'it':\n";
    expect(verdict(opened, { bytes: 188 * 50 + 7 }).warnings).toEqual(['it does not consist of whole packets; it was probably cut off at 4.0 s']);
    for (const bytes of [0, 188 * 50, 192 * 7, 204 * 11]) expect(verdict(opened, { bytes }).warnings).toEqual([]);
    expect(verdict("[info] Input #0, matroska,webm, from 'it':\n", { bytes: 1 }).warnings).toEqual([]);
  });

  it('takes an end by a signal or with a code for a break', () => {
    expect(verdict('', { exitCode: null, signal: 'SIGSEGV' }).message).toContain('further than 4.0 s (ffmpeg was ended by SIGSEGV)');
    expect(verdict('[error] disk on fire\n', { exitCode: 5 }).message).toContain('(ffmpeg left with code 5: disk on fire)');
  });

  it('warns of faults within, of an early end, and of pictures that cannot be', () => {
    expect(verdict('[h264 @ 0x5] [error] Invalid level prefix\n[h264 @ 0x5] [error] other\n').warnings).toEqual([
      'ffmpeg found 2 faults in it (Invalid level prefix); pictures there may be wrong',
    ]);
    expect(verdict(ANNOUNCED).warnings).toEqual(['its video ends at 4.0 s, 8.0 s are announced; it may be cut off, or its sound is longer']);
    expect(verdict(ANNOUNCED, { reachedMs: 6100 }).warnings).toEqual([]);
    expect(verdict('', { unusable: 2 }).warnings).toHaveLength(1);
  });
});
