#include "server/rpc/control_plane.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "server/rpc/fake_classes.h"
#include "server/rpc/json_rpc.h"

// Each line of the input is a message, on one of two connections by turns; "$0" to "$9" in it stand
// for what earlier requests gave as values, ids of objects for instance. Through the real
// dispatcher, on classes that throw, wait, forget to answer and fail to close.
//
// Whatever comes: every message is dealt with exactly once, and what is sent is JSON-RPC in ASCII.

namespace {

using namespace ms;
using namespace ms::rpc;

constexpr std::size_t kMaxMessages = 32;
constexpr int kRoundsForOne = 16;          // Most requests are answered within these.
constexpr int kRoundsForLast = 1'000'000;  // Then something was forgotten.

class Clients final : public ControlPlane::Clients {
 public:
  void send(ConnectionId, const std::string& text) override {
    for (const char c : text) {
      if (c < 0x20) std::abort();  // Bytes above 127 are negative.
    }
    const auto json = parseJson(text, 100'000);
    if (!json || (*json)["jsonrpc"] != "2.0") std::abort();
    remember((*json)["result"]["value"]);
  }
  void answered(ConnectionId, std::size_t) override { ++answered_count; }

  std::string fillIn(std::string_view line) const {
    std::string message;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::size_t index =
          i + 1 < line.size() ? static_cast<std::size_t>(line[i + 1] - '0') : 99;
      if (line[i] == '$' && index < values_.size()) {
        message += values_[index];
        ++i;
      } else {
        message += line[i];
      }
    }
    return message;
  }

  std::size_t answered_count = 0;

 private:
  void remember(const Json::Value& value) {
    if (value.isString() && values_.size() < 10) values_.push_back(value.asString());
    if (value.isArray()) {
      for (const Json::Value& reply : value) {
        if (reply.isObject() && reply["result"].isObject()) remember(reply["result"]["value"]);
      }
    }
  }
  std::vector<std::string> values_;
};

Loop& loop() {
  static Loop only("fuzz");
  return only;
}

const model::ModuleRegistry& modules() {
  static const model::ModuleRegistry kept = fake::makeModules(nullptr);
  return kept;
}

void runUntilAnswered(const Clients& clients, std::size_t messages, int rounds) {
  bool is_done = false;
  for (int round = 0; round < rounds && !is_done; ++round) {
    loop().runAndWait([&] { is_done = clients.answered_count >= messages; });
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Clients clients;
  std::unique_ptr<ControlPlane> plane;
  loop().runAndWait([&] {
    plane = std::make_unique<ControlPlane>(
        ControlPlaneSettings{.limits = {.json_depth = 200,
                                        .transaction_operations = 50,
                                        .objects_per_session = 20,
                                        .subscriptions_per_session = 10,
                                        .cached_replies = 8}},
        ControlPlaneParts{.control = loop(),
                          .modules = modules(),
                          .modules_config = fake::noConfig(),
                          .loop_for_pipeline = []() -> Loop& { return loop(); },
                          .on_kill_limit = nullptr,
                          .probe = [] { return ResourceUse{}; },
                          .now = [] { return Timestamp(); }},
        clients);
    plane->addPermanent(fake::makeServerManager(loop(), plane->events()));
    plane->onOpen(ConnectionId(0));
    plane->onOpen(ConnectionId(1));
  });

  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::size_t messages = 0;
  while (!rest.empty() && messages < kMaxMessages) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const ConnectionId connection(messages++ % 2);
    loop().runAndWait([&] { plane->onMessage(connection, clients.fillIn(line)); });
    runUntilAnswered(clients, messages, kRoundsForOne);
  }

  loop().runAndWait([&] {
    plane->onMessage(ConnectionId(2), R"({"jsonrpc":"2.0","id":1,"method":"invoke","params":{
        "object":"manager_ServerManager","operation":"finishWaiting"}})");
    plane->keepOpenConnectionsAlive();
    plane->collectGarbage();
    plane->onClose(ConnectionId(0));
    plane->collectGarbage();
    plane->releaseAll(nullptr);
  });
  runUntilAnswered(clients, messages + 1, kRoundsForLast);
  bool is_right = false;
  loop().runAndWait(
      [&] { is_right = clients.answered_count == messages + 1 && plane->objectCount() == 0; });
  if (!is_right) std::abort();
  for (int round = 0; round < kRoundsForOne; ++round) loop().runAndWait([] {});
  loop().runAndWait([&] { plane.reset(); });
  return 0;
}
