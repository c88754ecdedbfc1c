#include "modules/core/src/uri_endpoint.h"

#include <gtest/gtest.h>

namespace ms::core {
namespace {

const std::string kFolder = "file:///var/films/";

TEST(UriEndpoint, ATextWithoutSchemeIsBelowTheDefaultPath) {
  EXPECT_EQ(absoluteUri("a.webm", kFolder), "file:///var/films/a.webm");
  EXPECT_EQ(absoluteUri("a/b.webm", "file:///var/films"), "file:///var/films/a/b.webm");
  EXPECT_EQ(absoluteUri("", kFolder), kFolder);
}

TEST(UriEndpoint, AUriWithASchemeIsTakenAsItIs) {
  EXPECT_EQ(absoluteUri("rtsp://host:554/x?y", kFolder), "rtsp://host:554/x?y");
  EXPECT_EQ(absoluteUri("file:///tmp/a%20b.webm", kFolder), "file:///tmp/a%20b.webm");
}

TEST(UriEndpoint, AnEscapedSlashOfThePathIsOne) {
  EXPECT_EQ(absoluteUri("file:///tmp%2Fa%2Fb.webm", kFolder), "file:///tmp/a/b.webm");
  EXPECT_EQ(absoluteUri("a%2Fb.webm", kFolder), "file:///var/films/a/b.webm");
  EXPECT_EQ(absoluteUri("rtsp://u%2F:p%2Fw@host/a%2Fb", kFolder), "rtsp://u%2F:p%2Fw@host/a/b");
}

}  // namespace
}  // namespace ms::core
