import { describe, expect, it } from 'vitest';
import { passthroughAnalysisMs, passthroughArguments } from '../../src/stream/passthrough-arguments.ts';
import { streamAddress } from '../../src/stream/stream-address.ts';
import { Secret } from '../../src/util/secret.ts';
import { CAPABILITIES } from '../helpers/ffmpeg-capabilities.ts';

function argumentsFor(url: string, { looksLonger = false, transport = 'tcp' as const } = {}): string {
  const address = streamAddress({ id: 'cam', url, username: 'viewer', password: new Secret('p@ss') });
  return passthroughArguments({ address, transport, looksLonger }, CAPABILITIES).join(' ');
}

describe('passthroughArguments', () => {
  it('opens a camera by the rules of the analysis, and copies its video at once', () => {
    expect(argumentsFor('rtsp://cam/live')).toBe(
      '-hide_banner -nostdin -nostats -loglevel level+warning -protocol_whitelist tcp,tls,udp,rtp,srtp,crypto -rtsp_transport tcp ' +
        '-allowed_media_types video -timeout 10000000 -probesize 32 -analyzeduration 0 -fpsprobesize 0 -an -sn -dn -i rtsp://viewer:p%40ss@cam/live ' +
        '-map 0:v:0 -c copy -an -map_metadata -1 -f mp4 -movflags frag_every_frame+empty_moov+default_base_moof -flush_packets 1 pipe:1',
    );
  });

  it('plays a file again and again at its own pace, and HLS at its own', () => {
    expect(argumentsFor('file:///clips/a.mp4')).toContain('-re -protocol_whitelist file -stream_loop -1 -analyzeduration 500000');
    expect(argumentsFor('https://cam/live.m3u8')).toContain('-re -protocol_whitelist http,https,tcp,tls,crypto -rw_timeout 10000000');
  });

  it('looks longer when it has learned to', () => {
    const address = streamAddress({ id: 'cam', url: 'rtsp://cam/x', username: null, password: null });
    expect(passthroughAnalysisMs({ address, looksLonger: true })).toBe(8000);
    const longer = argumentsFor('rtsp://cam/x', { looksLonger: true });
    expect(longer).toContain('-analyzeduration 8000000');
    expect(longer).not.toContain('-probesize');
  });
});
