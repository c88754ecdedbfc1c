#!/usr/bin/python3
"""An RTSP server for tests: serves one file at /film, in rounds, and tells what its clients ask for.

  rtsp_server.py FILE [--user NAME --password WORD]

Prints `port N` once it listens on 127.0.0.1, then a line for each request: `SETUP <transport>`, `PLAY`,
`TEARDOWN`.
"""
import argparse

import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

# By the type that the demuxer gives: VP8 and opus of a WebM file.
LAUNCH = ("( filesrc location={file} ! matroskademux name=d "
          "d.video_0 ! queue ! rtpvp8pay name=pay0 pt=96 d.audio_0 ! queue ! rtpopuspay name=pay1 pt=97 )")


def tell(*words):
    print(*words, flush=True)


def on_client(_server, client):
    transport = lambda context: context.request.get_header(GstRtsp.RTSPHeaderField.TRANSPORT, 0)[1]  # noqa: E731
    client.connect("setup-request", lambda _client, context: tell("SETUP", transport(context)))
    client.connect("play-request", lambda *_: tell("PLAY"))
    client.connect("teardown-request", lambda *_: tell("TEARDOWN"))


def require(server, factory, user, password):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "user")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    rights = Gst.Structure.new_from_string("user, media.factory.access=(boolean)true, media.factory.construct=(boolean)true")
    factory.add_role_from_structure(rights)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--user")
    parser.add_argument("--password")
    words = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(LAUNCH.format(file=words.file))
    if words.user:
        require(server, factory, words.user, words.password)
    server.get_mount_points().add_factory("/film", factory)
    server.connect("client-connected", on_client)
    server.attach(None)
    tell("port", server.get_bound_port())
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
