"""Each rule finds what breaks it, and leaves alone what does not."""
import unittest

from tree_rules import check


class TreeRules(unittest.TestCase):
    HEADER = "// What it is for.\n"

    def finds(self, words, path, text):
        found = check(path, text)
        self.assertTrue(any(words in finding for finding in found), f"{words!r} not in {found}")

    def passes(self, path, text):
        self.assertEqual(check(path, text), [])

    def test_packet_knows_base_only(self):
        self.finds("may not include", "server/packet/rtp/x.cpp", '#include "server/rpc/session.h"\n')
        self.finds("may not include", "server/packet/rtp/x.cpp", '#include "server/packet/sdp/x.h"\n')
        self.passes("server/packet/sdp/x.cpp", '#include "server/base/bytes.h"\n#include "server/packet/ice/x.h"\n')

    def test_base_knows_nothing_of_ours(self):
        self.finds("may not include", "server/base/x.h", self.HEADER + '#include "server/packet/rtp/types.h"\n')

    def test_model_does_not_know_rpc(self):
        self.finds("may not include", "server/model/x.cpp", '#include "server/rpc/session.h"\n')

    def test_include_paths_start_at_the_top(self):
        self.finds("start at the repository's top", "server/rpc/x.cpp", '#include "session.h"\n')

    def test_no_gstreamer_in_server_and_packet(self):
        self.finds("GStreamer", "server/packet/rtp/x.cpp", "#include <gst/gst.h>\n")
        self.finds("GStreamer", "server/model/x.cpp", "#include <gst/gst.h>\n")
        self.passes("server/frame/x.cpp", "#include <gst/gst.h>\n")

    def test_slow_headers_stay_out_of_headers(self):
        self.finds("slow header", "server/base/x.h", self.HEADER + "#include <boost/asio.hpp>\n")
        self.passes("server/base/x.cpp", "#include <boost/asio.hpp>\n")

    def test_names_that_say_nothing(self):
        self.finds("says nothing", "server/base/string_utils.h", self.HEADER)
        self.finds("says nothing", "server/common/x.h", self.HEADER)
        self.finds("says nothing", "server/rpc/x.cpp", "class SessionManager {\n};\n")
        self.passes("modules/core/src/server_manager.cpp", "class ServerManager {\n};\n")

    def test_long_files(self):
        self.finds("two things", "server/rpc/x.cpp", "\n" * 601)
        self.passes("server/rpc/x.cpp", "\n" * 600)

    def test_paths_of_one_machine(self):
        self.finds("one machine", "ci/x", "cd /work/main\n")
        self.passes("ci/x", "cd build/work/main\n")

    def test_unfinished_work(self):
        self.finds("unfinished", "server/rpc/x.cpp", "// TODO later\n")

    def test_header_begins_with_what_it_is_for(self):
        self.finds("begins with", "server/rpc/x.h", "#pragma once\n")


if __name__ == "__main__":
    unittest.main()
