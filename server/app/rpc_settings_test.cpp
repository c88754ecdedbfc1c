#include "server/app/rpc_settings.h"

#include <gtest/gtest.h>

namespace ms::app {
namespace {

TEST(RpcSettings, CarryWhatIsConfigured) {
  config::ServerConfig config;
  config.websocket.path = "media";
  config.websocket.max_message_bytes = 1;
  config.websocket.max_json_depth = 2;
  config.websocket.max_connections = 3;
  config.websocket.max_send_queue_bytes = 4;
  config.websocket.max_requests_in_flight = 5;
  config.resources = {.exception_limit = 0.6,
                      .kill_limit = 0.5,
                      .garbage_collector_period = std::chrono::seconds(9),
                      .disable_request_cache = true,
                      .max_sessions = 7,
                      .max_objects_per_session = 8,
                      .max_subscriptions_per_session = 10};

  const auto settings = rpcSettings(config);

  EXPECT_EQ(settings.path, "media");
  EXPECT_EQ(settings.garbage_collector_period, std::chrono::seconds(9));
  EXPECT_EQ(settings.control.caching, rpc::RequestCaching::Off);
  EXPECT_EQ(settings.control.resource_shares.exception_limit, 0.6);
  EXPECT_EQ(settings.control.resource_shares.kill_limit, 0.5);
  const auto& limits = settings.control.limits;
  EXPECT_EQ(limits.message_bytes, 1u);
  EXPECT_EQ(limits.json_depth, 2);
  EXPECT_EQ(limits.connections, 3u);
  EXPECT_EQ(limits.send_queue_bytes, 4u);
  EXPECT_EQ(limits.requests_in_flight, 5u);
  EXPECT_EQ(limits.sessions, 7u);
  EXPECT_EQ(limits.objects_per_session, 8u);
  EXPECT_EQ(limits.subscriptions_per_session, 10u);
}

TEST(RpcSettings, HaveTheSameDefaultsOnBothSides) {
  const auto limits = rpcSettings(config::ServerConfig{}).control.limits;
  const rpc::RpcLimits defaults;

  EXPECT_EQ(limits.message_bytes, defaults.message_bytes);
  EXPECT_EQ(limits.json_depth, defaults.json_depth);
  EXPECT_EQ(limits.connections, defaults.connections);
  EXPECT_EQ(limits.send_queue_bytes, defaults.send_queue_bytes);
  EXPECT_EQ(limits.requests_in_flight, defaults.requests_in_flight);
  EXPECT_EQ(limits.sessions, defaults.sessions);
  EXPECT_EQ(limits.objects_per_session, defaults.objects_per_session);
  EXPECT_EQ(limits.subscriptions_per_session, defaults.subscriptions_per_session);
}

TEST(OpenListener, IsShownAsAnAddressThatCanBeOpened) {
  const OpenListener plain{.scheme = "ws", .port = 8888};
  const OpenListener secure{.scheme = "wss", .port = 8433};
  config::WebSocketConfig config;

  EXPECT_EQ(plain.webSocketUrl(config), "ws://127.0.0.1:8888/kurento");
  EXPECT_EQ(plain.pageUrl(config), "http://127.0.0.1:8888/");
  EXPECT_EQ(secure.pageUrl(config), "https://127.0.0.1:8433/");

  config.address = "2001:db8::1";
  EXPECT_EQ(secure.webSocketUrl(config), "wss://[2001:db8::1]:8433/kurento");
}

}  // namespace
}  // namespace ms::app
