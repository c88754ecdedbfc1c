#include "server/rpc/event_router.h"

#include <json/value.h>

#include <utility>

#include "server/rpc/json_rpc.h"

namespace ms::rpc {

void EventRouter::onEvent(const std::string& object_id, std::string_view type, Json::Value data) {
  control_.post([this, object_id, type = std::string(type), data = std::move(data)]() mutable {
    deliver(object_id, type, std::move(data));
  });
}

void EventRouter::deliver(const std::string& object_id, const std::string& type, Json::Value data) {
  const std::vector<std::string> sessions = subscriptions_.listeners(object_id, type);
  if (sessions.empty()) return;
  Json::Value params(Json::objectValue);
  Json::Value& value = params["value"];
  value["data"] = std::move(data);
  value["object"] = object_id;
  value["type"] = type;
  const std::string text = writeJson(makeNotification("onEvent", std::move(params)));
  for (const std::string& session : sessions) {
    if (const auto connection = connections_.connectionOf(session)) send_(*connection, text);
  }
}

}  // namespace ms::rpc
