import { describe, expect, it } from 'vitest';
import { streamFault } from '../../src/stream/stream-fault.ts';

const ENDING = { cameraId: 'cam', shown: 'rtsp://camera/a', exitCode: 1, signal: null, sawPackets: false };

describe('streamFault', () => {
  it.each([
    ['[rtsp @ 0x55] [error] method DESCRIBE failed: 401 Unauthorized', 'CAMERA_AUTH_FAILED'],
    ['[error] rtsp://camera/a: Server returned 403 Forbidden (access denied)', 'CAMERA_AUTH_FAILED'],
    ['[rtsp @ 0x55] [error] method DESCRIBE failed: 404 Not Found', 'CAMERA_NOT_FOUND'],
    ['[tcp @ 0x55] [error] Connection to tcp://camera:554?timeout=0 failed: Connection refused', 'CAMERA_UNREACHABLE'],
    ['[tcp @ 0x55] [error] Failed to resolve hostname camera: Name or service not known', 'CAMERA_UNKNOWN_HOST'],
    ['[error] Decoder (codec none) not found for input stream #0:0', 'CAMERA_UNSUPPORTED_STREAM'],
    ['something else', 'CAMERA_EXITED'],
  ])('%s', (line, code) => {
    expect(streamFault({ ...ENDING, lines: [line] })).toMatchObject({ code });
  });

  it('calls a stream that broke after packets an ending, whatever was said, even with code 0', () => {
    expect(streamFault({ ...ENDING, exitCode: 0, sawPackets: true, lines: ['401 Unauthorized'] })).toMatchObject({ code: 'CAMERA_EXITED' });
  });
});
