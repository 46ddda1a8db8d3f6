import type { JSX } from 'preact';
import type { Camera } from '../state/messages.ts';
import { Fact } from '../ui/fact.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { coverageInWords, stateInWords } from '../ui/words.ts';
import { FfmpegLines } from './ffmpeg-lines.tsx';

/** How the camera does: its stream, its rates, and what was lost on the way. */
export function CameraHealth({ camera }: { readonly camera: Camera }): JSX.Element {
  const { stream, latencyMs, drops, error, coverage } = camera;
  const dropped = Object.entries(drops).filter(([, count]) => count > 0);
  return (
    <section class="card panel health-panel" aria-labelledby="health-title">
      <h2 id="health-title">Health</h2>
      <dl class="facts">
        <Fact name="State">
          {stateInWords(camera.state)}, since <RelativeTime at={camera.since} />
        </Fact>
        {coverage && (
          <Fact name="Coverage">
            {coverageInWords(coverage)}, since <RelativeTime at={coverage.since} />
          </Fact>
        )}
        <Fact name="Stream">
          {stream.codec ?? 'unknown codec'}
          {stream.width !== null && stream.height !== null && `, ${stream.width} × ${stream.height}`}
          {stream.framesPerSecond !== null && `, ${stream.framesPerSecond.toFixed(1)} frames/s`}
        </Fact>
        <Fact name="Key frames">
          {stream.keyFrameIntervalMs === null ? 'not measured' : `every ${(stream.keyFrameIntervalMs / 1000).toFixed(1)} s`}
          {stream.decode === 'keyframes' && ', only they are decoded'}
        </Fact>
        <Fact name="Judged">
          {camera.classifiedPerSecond.toFixed(1)} of {camera.receivedPerSecond.toFixed(1)} pictures/s, {camera.sampleFps} asked
        </Fact>
        <Fact name="Latency">
          {latencyMs.p95 === null ? 'not measured' : `p50 ${Math.round(latencyMs.p50 ?? 0)} ms, p95 ${Math.round(latencyMs.p95)} ms`}, bound{' '}
          {camera.maxLatencyMs} ms
        </Fact>
        {stream.decodeAgeMs !== null && <Fact name="Decoding">{Math.round(stream.decodeAgeMs)} ms from arrival</Fact>}
        <Fact name="Too late">{camera.deadlineMissed.toLocaleString()}</Fact>
        <Fact name="Restarts">{camera.restarts.toLocaleString()}</Fact>
        <Fact name="Verdicts">{camera.framesClassified.toLocaleString()}</Fact>
        <Fact name="Dropped">
          {dropped.length === 0 ? 'none' : dropped.map(([reason, count]) => `${count.toLocaleString()} ${reason}`).join(', ')}
        </Fact>
        {error && (
          <Fact name="Last error">
            <code>{error.code}</code> <RelativeTime at={error.at} />: {error.message}
          </Fact>
        )}
      </dl>
      <FfmpegLines cameraId={camera.id} />
    </section>
  );
}
