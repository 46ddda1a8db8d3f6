"""A camera of somebody else's making: GStreamer's RTSP server with mounts for the end-to-end tests.

Started by rtsp-server.ts as `/usr/bin/python3 rtsp-server.py '<JSON>'`; see there for the fields. Prints one line of
JSON with the port when it listens, and ends when its standard input closes.

Both kinds of mount push access units in real time from a thread of their own. A viewer joins in the middle, as with a
real camera, and nothing is read ahead.
"""

import json
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstApp, GstRtsp, GstRtspServer  # noqa: E402

CLOCK_WIDTH, CLOCK_HEIGHT, BLOCK = 384, 216, 16
CLOCK_BITS = 40
PAYLOADERS = {
    "video/x-h264": ("h264parse config-interval=-1", "video/x-h264,stream-format=byte-stream,alignment=au", "rtph264pay config-interval=-1"),
    "video/x-h265": ("h265parse config-interval=-1", "video/x-h265,stream-format=byte-stream,alignment=au", "rtph265pay config-interval=-1"),
    "image/jpeg": ("jpegparse", "image/jpeg", "rtpjpegpay"),
    "video/x-vp8": ("identity", "video/x-vp8", "rtpvp8pay"),
}


def read_clip(path):
    """Every access unit of a Matroska or MP4 file: (bytes, dts, pts, is_key) with times in ns from 0, its caps and its length in ns."""
    demuxer = "matroskademux" if path.endswith((".mkv", ".webm")) else "qtdemux"
    probe = Gst.parse_launch(f'filesrc location="{path}" ! {demuxer} name=d d.video_0 ! appsink name=out sync=false')
    kind = first_caps(probe)
    parser, wanted, _ = PAYLOADERS[kind]
    pipeline = Gst.parse_launch(f'filesrc location="{path}" ! {demuxer} ! {parser} ! {wanted} ! appsink name=out sync=false max-buffers=0')
    sink = pipeline.get_by_name("out")
    pipeline.set_state(Gst.State.PLAYING)
    units, caps = [], None
    while True:
        sample = sink.try_pull_sample(10 * Gst.SECOND)
        if sample is None:
            break
        caps = caps or sample.get_caps().to_string()
        buffer = sample.get_buffer()
        pts = buffer.pts
        dts = buffer.dts if buffer.dts != Gst.CLOCK_TIME_NONE else pts
        is_key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
        units.append((buffer.extract_dup(0, buffer.get_size()), dts, pts, is_key))
    pipeline.set_state(Gst.State.NULL)
    if not units:
        raise SystemExit(f"no video in {path}")
    start = units[0][1]
    span = units[-1][1] - start
    length = span + (span // (len(units) - 1) if len(units) > 1 else Gst.SECOND)
    return [(data, dts - start, pts - start, key) for data, dts, pts, key in units], caps, length, kind


def first_caps(pipeline):
    sink = pipeline.get_by_name("out")
    pipeline.set_state(Gst.State.PLAYING)
    sample = sink.try_pull_sample(10 * Gst.SECOND)
    pipeline.set_state(Gst.State.NULL)
    if sample is None:
        raise SystemExit("cannot read the clip")
    return sample.get_caps().get_structure(0).get_name()


def timed_buffer(data, dts, pts, is_key):
    buffer = Gst.Buffer.new_wrapped(data)
    buffer.dts, buffer.pts = dts, pts
    if not is_key:
        buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
    return buffer


def clip_feed(mount):
    """(description of the pipeline, function that feeds its appsrc until told to stop)."""
    clips = [read_clip(path) for path in mount["clips"]]
    _, caps, _, kind = clips[0]
    loop = mount.get("loop", True)
    set_back = mount.get("setBack", {"afterSeconds": float("inf"), "bySeconds": 0})

    def feed(source, stopped):
        start, offset = time.monotonic_ns(), 0
        while not stopped.is_set():
            for units, _, length, _ in clips:
                for data, dts, pts, is_key in units:
                    if stopped.wait(max(0, start + offset + dts - time.monotonic_ns()) / 1e9):
                        return
                    late = offset + dts >= set_back["afterSeconds"] * 1e9
                    stamp = offset - (int(set_back["bySeconds"] * 10**9) if late else 0)
                    if source.push_buffer(timed_buffer(data, stamp + dts, stamp + pts, is_key)) != Gst.FlowReturn.OK:
                        return
                offset += length
            if not loop:
                source.end_of_stream()
                return

    return f'( appsrc name=feed is-live=true format=time caps="{caps}" ! {PAYLOADERS[kind][2]} name=pay0 pt=96 )', feed


def clock_picture(milliseconds):
    """I420: two rows of 24 blocks, white = 1: the low 40 bits of the wall clock, then the sum of their five bytes modulo 256."""
    low = milliseconds % (1 << CLOCK_BITS)
    check = sum(low.to_bytes(5, "big")) % 256
    bits = (low << 8) | check
    white, black = bytes([235]) * BLOCK, bytes([16]) * BLOCK
    rows = []
    for row in range(2):
        line = b"".join(white if bits >> (47 - row * 24 - column) & 1 else black for column in range(24))
        rows.append(line * BLOCK)
    grey = bytes([126]) * (CLOCK_WIDTH * (CLOCK_HEIGHT - 2 * BLOCK))
    return b"".join(rows) + grey + bytes([128]) * (CLOCK_WIDTH * CLOCK_HEIGHT // 2)


def clock_feed(mount):
    fps, gop, b_frames = mount.get("fps", 50), mount.get("gop", 50), mount.get("bFrames", 0)
    pipeline = (
        f'( appsrc name=feed is-live=true format=time caps="video/x-raw,format=I420,width={CLOCK_WIDTH},height={CLOCK_HEIGHT},framerate={fps}/1"'
        f" ! x264enc speed-preset=ultrafast bframes={b_frames} key-int-max={gop} rc-lookahead=0 sync-lookahead=0 sliced-threads=true threads=1"
        f' option-string="bframes={b_frames}:b-adapt=0:scenecut=0" pass=quant quantizer=18'
        # Left to itself the payloader asks for the baseline profile, which has no B-frames.
        " ! video/x-h264,profile=main"
        " ! rtph264pay config-interval=-1 name=pay0 pt=96 )"
    )

    def feed(source, stopped):
        interval = 10**9 // fps
        start, index = time.monotonic_ns(), 0
        while not stopped.wait(max(0, start + index * interval - time.monotonic_ns()) / 1e9):
            picture = clock_picture(time.time_ns() // 10**6)
            if source.push_buffer(timed_buffer(picture, index * interval, index * interval, True)) != Gst.FlowReturn.OK:
                return
            index += 1

    return pipeline, feed


class Mount(GstRtspServer.RTSPMediaFactory):
    """One shared pipeline a mount; its feeding thread lives as long as the pipeline does."""

    def __init__(self, mount):
        super().__init__()
        description, self.feed = (clip_feed if mount["kind"] == "clip" else clock_feed)(mount)
        self.set_launch(description)
        self.set_shared(True)
        self.set_latency(0)
        self.connect("media-configure", self.on_configure)

    def on_configure(self, _factory, media):
        stopped = threading.Event()
        source = media.get_element().get_by_name_recurse_up("feed")
        source.set_property("max-bytes", 8_000_000)
        started = threading.Event()

        def on_state(_media, state):
            # The thread starts when the pipeline preroll needs its first buffer, and ends with the pipeline.
            if state == Gst.State.NULL:
                stopped.set()

        def on_need(_source, _length):
            if not started.is_set():
                started.set()
                threading.Thread(target=self.feed, args=(source, stopped), daemon=True).start()

        source.connect("need-data", on_need)
        media.connect("new-state", on_state)
        media.connect("unprepared", lambda _media: stopped.set())


def main():
    wanted = json.loads(sys.argv[1])
    Gst.init(None)
    server = GstRtspServer.RTSPServer.new()
    server.set_address("127.0.0.1")
    server.set_service(str(wanted.get("port", 0)))
    permissions = None
    if wanted.get("username"):
        auth = GstRtspServer.RTSPAuth.new()
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        token = GstRtspServer.RTSPToken.new()
        token.set_string("media.factory.role", "viewer")
        auth.add_digest(wanted["username"], wanted["password"], token)
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions.new()
        for permission in ("media.factory.access", "media.factory.construct"):
            permissions.add_permission_for_role("viewer", permission, True)
    mounts = server.get_mount_points()
    for path, mount in wanted["mounts"].items():
        factory = Mount(mount)
        if permissions is not None:
            factory.set_permissions(permissions)
        mounts.add_factory(f"/{path}", factory)
    if server.attach(None) == 0:
        raise SystemExit("cannot listen")
    loop = GLib.MainLoop()

    def end_with_parent():
        sys.stdin.read()
        # Not from this thread: before the loop runs, `quit` would be forgotten.
        GLib.idle_add(loop.quit)

    threading.Thread(target=end_with_parent, daemon=True).start()
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    loop.run()


main()
