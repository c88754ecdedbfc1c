#include "server/frame/uri_user.h"

#include <gtest/gtest.h>

namespace ms::frame {
namespace {

TEST(UriUser, IsReadWithWhatIsEscapedInIt) {
  EXPECT_EQ(userOf("rtsp://me:word@host/path"), (UriUser{"me", "word"}));
  EXPECT_EQ(userOf("rtsp://a%2Fb%40c:p%40ss%3Fw%2Frd%25@host:554/path"),
            (UriUser{"a/b@c", "p@ss?w/rd%"}));
  EXPECT_EQ(userOf("rtsp://me@host/path"), (UriUser{"me", ""}));
  EXPECT_EQ(userOf("rtsp://me:@host"), (UriUser{"me", ""}));
}

TEST(UriUser, IsNotFoundWhereThereIsNone) {
  EXPECT_EQ(userOf("rtsp://host/path"), std::nullopt);
  EXPECT_EQ(userOf("rtsp://host/me:word@elsewhere"), std::nullopt);
  EXPECT_EQ(userOf("rtsp://host?a=me:word@elsewhere"), std::nullopt);
  EXPECT_EQ(userOf("me:word@host"), std::nullopt);
  EXPECT_EQ(userOf(""), std::nullopt);
}

TEST(UriUser, KeepsWhatIsNoEscape) {
  EXPECT_EQ(userOf("rtsp://50%:%zz%4@host"), (UriUser{"50%", "%zz%4"}));
}

}  // namespace
}  // namespace ms::frame
