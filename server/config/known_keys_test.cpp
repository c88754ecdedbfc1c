#include "server/config/known_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/json.h>

#include "server/config/config_error.h"
#include "server/config/tree_file.h"

namespace ms::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

std::vector<std::string> apply(const std::string& json, ServerConfig& config) {
  return applyKnownKeys(parseTree(json, Format::Json, "f"), "/etc/kurento/f.json", config);
}

TEST(KnownKeys, ReachTheirMembers) {
  ServerConfig c;
  const auto warnings = apply(R"({"mediaServer": {
    "workers": 3,
    "resources": {"exceptionLimit": "0.5", "killLimit": "0.4", "garbageCollectorPeriod": 10,
                  "disableRequestCache": "true", "maxSessions": 7, "maxObjectsPerSession": 8,
                  "maxSubscriptionsPerSession": 9},
    "net": {"websocket": {
      "address": "127.0.0.1", "ipv6": false, "port": 9000, "connqueue": 100, "path": "/media",
      "threads": 10, "maxMessageSize": 2048, "maxJsonDepth": 50, "maxConnections": 5,
      "maxRequestsInFlight": 6, "maxSendQueue": 4096,
      "secure": {"port": 0, "certificate": "cert.pem", "password": "p"},
      "registrar": {"address": "wss://registrar/", "localAddress": "me"}}}}})",
                              c);

  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(c.workers, 3u);
  EXPECT_DOUBLE_EQ(c.resources.exception_limit, 0.5);
  EXPECT_DOUBLE_EQ(c.resources.kill_limit.value(), 0.4);
  EXPECT_EQ(c.resources.garbage_collector_period, std::chrono::seconds(10));
  EXPECT_TRUE(c.resources.disable_request_cache);
  EXPECT_EQ(c.resources.max_sessions, 7u);
  EXPECT_EQ(c.resources.max_objects_per_session, 8u);
  EXPECT_EQ(c.resources.max_subscriptions_per_session, 9u);
  EXPECT_EQ(c.websocket.address, "127.0.0.1");
  EXPECT_FALSE(c.websocket.ipv6);
  EXPECT_EQ(c.websocket.port, 9000);
  EXPECT_EQ(c.websocket.connection_queue, 100);
  EXPECT_EQ(c.websocket.path, "media");
  EXPECT_EQ(c.websocket.threads, 10u);
  EXPECT_EQ(c.websocket.max_message_bytes, 2048u);
  EXPECT_EQ(c.websocket.max_json_depth, 50);
  EXPECT_EQ(c.websocket.max_connections, 5u);
  EXPECT_EQ(c.websocket.max_requests_in_flight, 6u);
  EXPECT_EQ(c.websocket.max_send_queue_bytes, 4096u);
  EXPECT_EQ(c.websocket.secure.certificate, "/etc/kurento/cert.pem");
  EXPECT_EQ(c.websocket.secure.password, "p");
  EXPECT_EQ(c.websocket.registrar.address, "wss://registrar/");
  EXPECT_EQ(c.websocket.registrar.local_address, "me");
}

TEST(KnownKeys, NameUnknownOnesWithTheirPath) {
  ServerConfig config;

  EXPECT_THAT(apply(R"({"mediaServer": {"net": {"websocket": {"prot": 1}, "rabbitmq": {"a": 1}},
                        "resources": 7}, "other": {}, "metadata": {"any": {"thing": 1}}})",
                    config),
              ElementsAre(HasSubstr("f.json: key 'mediaServer.net.rabbitmq' is unknown"),
                          HasSubstr("'mediaServer.net.websocket.prot'"),
                          HasSubstr("'mediaServer.resources'"), HasSubstr("'other'")));
}

TEST(KnownKeys, WarnOfANumberOfThreadsThatNobodyWillStart) {
  ServerConfig config;

  EXPECT_THAT(apply(R"({"mediaServer": {"net": {"websocket": {"threads": 4}}}})", config),
              ElementsAre(HasSubstr("'mediaServer.net.websocket.threads' has no effect")));
  EXPECT_THAT(apply(R"({"mediaServer": {"net": {"websocket": {"threads": 10}}}})", config),
              IsEmpty());
}

TEST(KnownKeys, LeaveEmptySectionsAlone) {
  ServerConfig config;

  EXPECT_THAT(apply(R"({"mediaServer": {"resources": "", "net": null}})", config), IsEmpty());
}

TEST(KnownKeys, RefuseValuesOutOfRange) {
  for (const char* bad : {
           R"({"mediaServer": {"net": {"websocket": {"port": 65536}}}})",
           R"({"mediaServer": {"net": {"websocket": {"port": -1}}}})",
           R"({"mediaServer": {"net": {"websocket": {"port": {}}}}})",
           R"({"mediaServer": {"net": {"websocket": {"threads": 0}}}})",
           R"({"mediaServer": {"net": {"websocket": {"path": "a?b"}}}})",
           R"({"mediaServer": {"net": {"websocket": {"registrar": {"address": "http://x"}}}}})",
           R"({"mediaServer": {"resources": {"garbageCollectorPeriod": 0}}})",
           R"({"mediaServer": {"resources": {"exceptionLimit": "most"}}})",
           R"({"mediaServer": {"resources": {"disableRequestCache": "maybe"}}})",
       }) {
    ServerConfig config;
    EXPECT_THROW(apply(bad, config), ConfigError) << bad;
  }
}

TEST(KnownKeys, WantACertificateForTheSecurePort) {
  ServerConfig config;

  EXPECT_THAT(
      [&] {
        apply(R"({"mediaServer": {"net": {"websocket": {"secure": {"port": 8433}}}}})", config);
      },
      ThrowsMessage<ConfigError>(HasSubstr("'certificate' ('') is not a file")));
}

TEST(KnownKeys, WarnOfAKillLimitAboveTheExceptionLimit) {
  ServerConfig config;

  EXPECT_THAT(apply(R"({"mediaServer": {"resources": {"killLimit": 0.9}}})", config),
              ElementsAre(HasSubstr("'mediaServer.resources.killLimit' is above")));
}

}  // namespace
}  // namespace ms::config
