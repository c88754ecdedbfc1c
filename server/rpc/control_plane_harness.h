// A control plane with fake classes and without a network, for its tests: requests go in as text or
// JSON, what comes out is collected per connection and waited for.
#pragma once

#include <gtest/gtest.h>
#include <json/value.h>

#include <condition_variable>
#include <deque>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "server/rpc/control_plane.h"
#include "server/rpc/fake_classes.h"
#include "server/rpc/json_rpc.h"

namespace ms::rpc {

class ControlPlaneHarness final : public ControlPlane::Clients {
 public:
  static constexpr ConnectionId kFirst{1};
  static constexpr ConnectionId kSecond{2};

  explicit ControlPlaneHarness(ControlPlaneSettings settings = {}) {
    ControlPlaneParts parts{.control = control,
                            .modules = modules_,
                            .modules_config = fake::noConfig(),
                            .loop_for_pipeline = [this]() -> Loop& { return worker; },
                            .on_kill_limit = [this] { ++kill_requests; },
                            .probe = [this] { return use; },
                            .now = [this] { return now; }};
    plane_ = std::make_unique<ControlPlane>(std::move(settings), std::move(parts), *this);
    onControl([this] {
      plane_->addPermanent(fake::makeServerManager(control, plane_->events()));
      plane_->onOpen(kFirst);
      plane_->onOpen(kSecond);
    });
  }

  ~ControlPlaneHarness() override {
    worker.stop();
    control.stop();
  }

  template <class Work>
  void onControl(Work work) {
    control.runAndWait([&] { work(); });
  }
  // Until all that was posted so far, and what that posted in turn, is done.
  void settle() {
    for (int round = 0; round < 4; ++round) {
      worker.runAndWait([] {});
      control.runAndWait([] {});
    }
  }

  void sendText(const std::string& text, ConnectionId connection = kFirst) {
    onControl([&] { plane_->onMessage(connection, text); });
  }

  // The next message to the connection; waits for it.
  Json::Value receive(ConnectionId connection = kFirst) {
    std::unique_lock lock(mutex_);
    const bool came = arrival_.wait_for(lock, std::chrono::seconds(20),
                                        [&] { return !sent_[connection].empty(); });
    if (!came) {
      ADD_FAILURE() << "no message came";
      return {};
    }
    const std::string text = std::move(sent_[connection].front());
    sent_[connection].pop_front();
    return parseJson(text, 1000).value_or(Json::Value());
  }
  bool hasReceived(ConnectionId connection = kFirst) {
    settle();
    std::lock_guard lock(mutex_);
    return !sent_[connection].empty();
  }

  Json::Value callText(const std::string& text, ConnectionId connection = kFirst) {
    sendText(text, connection);
    return receive(connection);
  }
  void post(const std::string& method, const Json::Value& params,
            ConnectionId connection = kFirst) {
    Json::Value request(Json::objectValue);
    request["jsonrpc"] = "2.0";
    request["id"] = ++last_id;
    request["method"] = method;
    request["params"] = params;
    sendText(writeJson(request), connection);
  }
  // The whole reply.
  Json::Value call(const std::string& method, const Json::Value& params = {},
                   ConnectionId connection = kFirst) {
    post(method, params, connection);
    return receive(connection);
  }
  // The reply's result; a failure of the test when it is an error.
  Json::Value get(const std::string& method, const Json::Value& params = {},
                  ConnectionId connection = kFirst) {
    Json::Value reply = call(method, params, connection);
    EXPECT_TRUE(reply.isMember("result")) << writeJson(reply);
    return reply["result"];
  }
  std::string createPipeline(ConnectionId connection = kFirst) {
    return get("create", json(R"({"type":"MediaPipeline"})"), connection)["value"].asString();
  }
  std::string createElement(const std::string& pipeline, ConnectionId connection = kFirst) {
    Json::Value params = json(R"({"type":"Element"})");
    params["constructorParams"]["mediaPipeline"] = pipeline;
    return get("create", params, connection)["value"].asString();
  }
  Json::Value invokeParams(const std::string& object, const std::string& operation,
                           const Json::Value& operation_params = {}) {
    Json::Value params(Json::objectValue);
    params["object"] = object;
    params["operation"] = operation;
    if (!operation_params.isNull()) params["operationParams"] = operation_params;
    return params;
  }

  static Json::Value json(const std::string& text) {
    auto value = parseJson(text, 1000);
    EXPECT_TRUE(value.has_value()) << text;
    return value.value_or(Json::Value());
  }

  ControlPlane& plane() { return *plane_; }
  std::size_t objectCount() {
    std::size_t count = 0;
    onControl([&] { count = plane_->objectCount(); });
    return count;
  }
  void collectGarbage() {
    onControl([&] { plane_->collectGarbage(); });
    settle();
  }

  Loop control{"control"};
  Loop worker{"worker"};
  std::shared_ptr<fake::Diary> diary = std::make_shared<fake::Diary>();
  ResourceUse use;  // Set before the first request.
  Timestamp now{};  // Likewise, or on the control loop.
  int kill_requests = 0;
  int last_id = 0;
  int answered_count = 0;

 private:
  void send(ConnectionId connection, const std::string& text) override {
    std::lock_guard lock(mutex_);
    sent_[connection].push_back(text);
    arrival_.notify_all();
  }
  void answered(ConnectionId, std::size_t) override { ++answered_count; }

  model::ModuleRegistry modules_ = fake::makeModules(diary);
  std::mutex mutex_;
  std::condition_variable arrival_;
  std::map<ConnectionId, std::deque<std::string>> sent_;
  std::unique_ptr<ControlPlane> plane_;
};

// "40101 Object 'x' not found" of an error reply.
inline std::string errorOf(const Json::Value& reply) {
  return std::to_string(reply["error"]["code"].asInt()) + " " +
         reply["error"]["message"].asString();
}

inline Json::Value json(const std::string& text) { return ControlPlaneHarness::json(text); }

inline Json::Value params(std::initializer_list<std::pair<const char*, Json::Value>> members) {
  Json::Value value(Json::objectValue);
  for (const auto& [name, member] : members) value[name] = member;
  return value;
}

}  // namespace ms::rpc
