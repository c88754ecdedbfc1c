#include "modules/elements/src/turn_url.h"

#include <gtest/gtest.h>

namespace ms::elements {
namespace {

TEST(TurnUrl, ReadsUserPasswordAddressPortAndTransport) {
  const auto server = parseTurnUrl("me:p@ss:word@192.0.2.1:3479?transport=tcp");

  ASSERT_TRUE(server);
  EXPECT_EQ(server->user, "me");
  EXPECT_EQ(server->password, "p@ss:word");
  EXPECT_EQ(server->address, "192.0.2.1");
  EXPECT_EQ(server->port, 3479);
  EXPECT_EQ(server->transport, net::TurnServer::Transport::Tcp);
}

TEST(TurnUrl, UsesUdpWithoutATransport) {
  const auto server = parseTurnUrl("me:secret@192.0.2.1:3478");

  ASSERT_TRUE(server);
  EXPECT_EQ(server->transport, net::TurnServer::Transport::Udp);
}

TEST(TurnUrl, RefusesEveryOtherForm) {
  for (const char* url :
       {"", "bad", "me@192.0.2.1:3478", "me:secret@192.0.2.1", "me:secret@turn.example:3478",
        "me:secret@192.0.2.1:0", "me:secret@192.0.2.1:99999", "me:secret@192.0.2.1:3478x",
        "me:secret@192.0.2.1:3478?transport=sctp", ":secret@192.0.2.1:3478"})
    EXPECT_FALSE(parseTurnUrl(url)) << url;
}

}  // namespace
}  // namespace ms::elements
