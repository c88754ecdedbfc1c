#include "server/packet/sdp/header_extensions.h"

#include <gtest/gtest.h>

#include <string>

namespace ms::sdp {
namespace {

MediaDescription with(const std::string& extmap) {
  MediaDescription media;
  media.addAttribute("extmap", extmap);
  return media;
}

TEST(HeaderExtension, HasOnlyANumberThatAOneByteHeaderCarries) {
  EXPECT_EQ(extensionId(with("14 urn:x"), "urn:x"), 14);
  EXPECT_EQ(extensionId(with("15 urn:x"), "urn:x"), std::nullopt);
  EXPECT_EQ(extensionId(with("3 urn:other"), "urn:x"), std::nullopt);
}

TEST(HeaderExtension, OfTheSessionCountsWhereTheMediaHasNone) {
  SessionDescription session;
  session.addAttribute("extmap", "2 urn:x");

  EXPECT_EQ(extensionId(session, with("5 urn:x"), "urn:x"), 5);
  EXPECT_EQ(extensionId(session, with("5 urn:y"), "urn:x"), 2);
}

}  // namespace
}  // namespace ms::sdp
